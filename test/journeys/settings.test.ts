/** The settings as a workspace's people use them: a passkey instead of a mail, a device signed out from another, a colleague let go. */
import { beforeAll, describe, expect, inject, test } from 'vitest';
import * as m from '#messages';
import { useBrowser } from './browser.ts';
import { DESK, device, type Device, EVERYWHERE, expectAccessible, expectNoSidewaysScroll, followSignIn, post } from './people.ts';

const browser = useBrowser();

describe.each(EVERYWHERE)('in %s on %s', (locale, _place, options) => {
  const say = { locale };
  const run = `${locale}.${options === DESK ? 'desk' : 'phone'}.${Date.now().toString(36)}`;
  const address = `owner.${run}@settings.example`;
  const settings = `${inject('url')}/settings`;
  let one: Device;
  /** Mails whose link was followed: each opens once. */
  const used: string[] = [];
  const signIn = async ({ page }: Device, who = address) => void used.push(await followSignIn(page, who, used));

  beforeAll(async () => {
    one = await device(browser(), options);
    const { page } = one;
    await page.context().addCookies([{ name: 'locale', value: locale, url: inject('url') }]);
    await page.goto(`${inject('url')}/start`);
    await page.locator('input[name=name]').fill('Ada Owner');
    await page.locator('input[name=email]').fill(address);
    await page.locator('input[name=workspace]').fill('Settings Ltd');
    await page.locator('main form button').first().click();
    await signIn(one);
    // An authenticator in the machine, as a phone or laptop has one.
    const tools = await page.context().newCDPSession(page);
    await tools.send('WebAuthn.enable');
    await tools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
  });

  test('a room is put away, deleted and brought back, and what that means is said before the press', async () => {
    const { page } = one;
    const account = 'Shelf Company GmbH';
    const { room } = (await post(page, '/api/rooms', { email: `chen.${run}@corp.example`, account })) as { room: string };
    const row = page.locator(`li[id="${room}"]`);
    const pressed = async (label: string, did: string) => {
      await row.getByRole('button', { name: `${label}: ${account}` }).click();
      await page.getByText(did).waitFor();
    };
    await page.goto(`${settings}/rooms`);
    await pressed(m.shelf_archive({}, say), m.shelf_did_archive({ name: account }, say));
    await row.locator('summary').click();
    await page.getByText(m.shelf_delete_what({ name: account }, say)).waitFor();
    await expectAccessible(page);
    await pressed(m.shelf_delete({}, say), m.shelf_did_delete({ name: account }, say));
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);

    await page.goto(`${inject('url')}/rooms/${room}`);
    await page.getByText(m.room_closed_title({}, say)).waitFor();
    await page.goto(`${settings}/rooms`);
    await pressed(m.shelf_restore({}, say), m.shelf_did_restore({ name: account }, say));
    one.complaints.length = 0;
  });

  test('how the product is doing is one calm line; whoever asks is found by their address and erased, after it was said what that means', async () => {
    const { page } = one;
    await page.goto(`${settings}/status`);
    await page.getByRole('heading', { name: m.status_title({}, say) }).waitFor();
    await page.getByText(m.status_well({}, say)).waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);

    const email = `chen.${run}@corp.example`;
    await page.goto(`${settings}/people`);
    await page.locator('input[name=email]').fill(email);
    await page.getByRole('button', { name: m.people_find({}, say) }).click();
    await page.getByText(m.people_erase({}, say)).click();
    await page.getByText(m.erase_goes_name({}, say)).waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    await page.getByRole('button', { name: m.people_erase_now({}, say) }).click();
    await page.getByText(m.people_erased({ count: 1 }, say)).waitFor();
    expect(one.complaints).toEqual([]);
  });

  test('a passkey is made by one press, and signs in by one press', async () => {
    const { page } = one;
    await page.goto(settings);
    await page.getByRole('button', { name: m.passkey_add({}, say) }).click();
    await page.getByText(m.passkey_added({}, say)).waitFor();
    await page.getByText(m.passkey_never({}, say)).waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);

    await page.getByRole('button', { name: m.sign_out({}, say), exact: true }).click();
    await page.goto(`${inject('url')}/sign-in`);
    await expectAccessible(page);
    await page.getByRole('button', { name: m.sign_in_passkey({}, say) }).click();
    await page.waitForURL(/\/rooms$/);

    await page.goto(settings);
    await page.locator('section[aria-labelledby=passkeys] li button').click();
    await expect.poll(() => page.locator('section[aria-labelledby=passkeys] li').count()).toBe(0);
    // What was removed opens nothing, and it is said what does.
    await page.getByRole('button', { name: m.sign_out({}, say), exact: true }).click();
    await page.goto(`${inject('url')}/sign-in`);
    await page.getByRole('button', { name: m.sign_in_passkey({}, say) }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').innerText()).toBe(m.refusal_passkey_unknown({}, say));
    await page.locator('input[name=email]').fill(address);
    await page.getByRole('button', { name: m.sign_in_button({}, say) }).click();
    await signIn(one);
    expect(one.complaints.filter((text) => !text.includes('422'))).toEqual([]);
  });

  test('another device is signed out from here, at once', async () => {
    const other = await device(browser());
    await other.page.goto(`${inject('url')}/sign-in`);
    await other.page.locator('input[name=email]').fill(address);
    await other.page.locator('main form button').first().click();
    await signIn(other);

    const { page } = one;
    await page.goto(settings);
    const devices = page.locator('section[aria-labelledby=devices] li');
    await expect.poll(() => devices.count()).toBeGreaterThan(1);
    await page.getByRole('button', { name: m.device_end_others({}, say) }).click();
    await expect.poll(() => devices.count()).toBe(1);
    await page.getByText(m.device_ended({}, say)).waitFor();
    await other.page.goto(settings);
    await other.page.waitForURL(/\/sign-in$/);
    await other.page.context().close();
  });

  test('a colleague is let go, after it was said what that means; the record tells of it', async () => {
    const { page } = one;
    const zhou = `zhou.${run}@settings.example`;
    await page.goto(settings);
    await page.getByLabel(m.field_colleague_name({}, say)).fill('Zhou Hang');
    await page.locator('input[type=email]').last().fill(zhou);
    await page.locator('input[type=email]').last().press('Enter');
    await page.getByText(m.invited_to({ email: zhou }, say)).waitFor();
    const theirs = await device(browser());
    await signIn(theirs, zhou);
    // What is for owners says so, and the way on stays in sight.
    await theirs.page.context().addCookies([{ name: 'locale', value: locale, url: inject('url') }]);
    await theirs.page.goto(`${settings}/status`);
    await theirs.page.getByRole('heading', { name: m.refusal_owners_only({}, say) }).waitFor();
    await theirs.page.getByRole('link', { name: m.settings({}, say), exact: true }).waitFor();

    await page.reload();
    await page.locator(`summary[aria-label="${m.member_more({ name: 'Zhou Hang' }, say)}"]`).click();
    await page.getByText(m.member_remove_what({ name: 'Zhou Hang' }, say)).waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
    await page.locator('details[open] button').last().click();
    await page.getByText(m.member_removed({ name: 'Zhou Hang' }, say)).waitFor();
    await theirs.page.goto(settings);
    await theirs.page.waitForURL(/\/sign-in$/);

    await page.goto(settings);
    await page.getByRole('link', { name: m.audit_title({}, say) }).click();
    await page.getByText(m.deed_member_removed({ name: 'Zhou Hang', email: zhou }, say)).waitFor();
    await expectAccessible(page);
    await theirs.page.context().close();
  });

  test('what was typed stays when the network is gone, and when one has been signed out', async () => {
    const { page } = one;
    const context = page.context();
    const email = `li.${run}@typed.example`;
    await page.goto(`${inject('url')}/rooms/new`);
    await page.locator('input[name=email]').fill(email);
    await page.locator('input[name=account]').fill('Typed Ltd');
    // A name is guessed from the address once the page's script runs.
    await page.locator('input[name=name]').waitFor();
    const press = () => page.getByRole('button', { name: m.room_open({}, say) }).click();
    await context.setOffline(true);
    await press();
    await page.getByText(m.unsent_network({}, say)).waitFor();
    await context.setOffline(false);
    await page.getByText(m.unsent_network({}, say)).waitFor({ state: 'detached' });

    const kept = await context.cookies();
    await context.clearCookies({ name: '__Host-seller' });
    await press();
    await page.getByText(m.unsent_sign_in({}, say)).waitFor();
    expect(await page.locator('input[name=account]').inputValue()).toBe('Typed Ltd');
    await expectAccessible(page);
    // Signed in again in another tab, the same press does it.
    await context.addCookies(kept);
    await press();
    await page.waitForURL(/\/rooms\/[a-z2-7]{26}/);
    one.complaints.length = 0;
  });
});
