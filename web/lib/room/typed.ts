/**
 * What a reader filled in before the script of a part was there. When that part comes alive its fields may be new ones:
 * words, choices and files move over, and so does the caret.
 */
type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

interface Typed {
  place: string;
  value: string;
  checked: boolean;
  files: FileList | null;
}

const isTick = (field: Field): field is HTMLInputElement =>
  field instanceof HTMLInputElement && (field.type === 'checkbox' || field.type === 'radio');

function isTouched(field: Field): boolean {
  if (field instanceof HTMLSelectElement) return [...field.options].some((one) => one.selected !== one.defaultSelected);
  if (isTick(field)) return field.checked !== field.defaultChecked;
  if (field instanceof HTMLInputElement && field.type === 'file') return (field.files?.length ?? 0) > 0;
  return field.value !== field.defaultValue;
}

/** Every field by what it is, and which of these it is: the same in what the server drew and in what the script makes of it. */
function fieldsIn(root: ParentNode): Map<string, Field> {
  const seen = new Map<string, number>();
  return new Map(
    [...root.querySelectorAll<Field>('input:not([type=hidden]), textarea, select')].map((field) => {
      const kind = `${field.tagName}|${field.type}|${field.name}`;
      const nth = (seen.get(kind) ?? 0) + 1;
      seen.set(kind, nth);
      return [`${kind}|${nth}`, field];
    }),
  );
}

/** Remembers; what it gives puts everything back, and tells what listens. */
export function typedIn(root: ParentNode): () => void {
  const typed: Typed[] = [];
  const before = fieldsIn(root);
  let focused: { place: string; from: number | null; to: number | null } | null = null;
  for (const [place, field] of before) {
    const files = field instanceof HTMLInputElement ? field.files : null;
    if (isTouched(field)) typed.push({ place, value: field.value, checked: isTick(field) && field.checked, files });
    if (field === document.activeElement)
      focused = {
        place,
        from: 'selectionStart' in field ? field.selectionStart : null,
        to: 'selectionEnd' in field ? field.selectionEnd : null,
      };
  }
  return () => {
    const fields = fieldsIn(root);
    for (const { place, value, checked, files } of typed) {
      const field = fields.get(place);
      if (!field) continue;
      if (isTick(field)) field.checked = checked;
      else if (files && field instanceof HTMLInputElement && field.type === 'file') field.files = files;
      else if (field.value !== value) field.value = value;
      field.dispatchEvent(new Event('input', { bubbles: true }));
      field.dispatchEvent(new Event('change', { bubbles: true }));
    }
    // A picker may be open over a field that is gone by the time something is picked.
    for (const [place, old] of before) {
      if (!(old instanceof HTMLInputElement) || old.type !== 'file' || old.isConnected) continue;
      old.addEventListener('change', () => {
        const now = fieldsIn(root).get(place);
        if (!(now instanceof HTMLInputElement)) return;
        now.files = old.files;
        now.dispatchEvent(new Event('change', { bubbles: true }));
      });
    }
    const field = focused && fields.get(focused.place);
    if (!focused || !field || field === document.activeElement) return;
    field.focus({ preventScroll: true });
    if (!(field instanceof HTMLSelectElement) && focused.from !== null) field.setSelectionRange(focused.from, focused.to);
  };
}
