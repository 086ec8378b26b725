import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = ({ locals, url }) => ({
  locale: locals.locale,
  theme: locals.theme,
  back: url.pathname + url.search,
  seller: locals.seller && { name: locals.seller.name, email: locals.seller.email, workspaceName: locals.seller.workspaceName },
});
