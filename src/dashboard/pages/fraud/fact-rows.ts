import type { Facts, FraudEvent, Velocity } from '../../../wire/fraud.ts';
import { duration, exact, plural } from '../../lib/format.ts';
import { amountWords } from './words.ts';

export interface FactRow {
  label: string;
  value: string;
}

/** What was known of an event, as a table in words. What an older event does not say, and what nothing is known of has no row. */
export function factRows({
  facts,
  amountCents,
}: Pick<FraudEvent, 'amountCents'> & { facts: Partial<Facts> }): FactRow[] {
  const rows: FactRow[] = [];
  const add = (label: string, value: string | null) => {
    if (value !== null && value !== '') rows.push({ label, value });
  };
  add('Account known', known(facts.userAgeMs));
  add('Device', deviceWords(facts));
  add('Other accounts on the device', counted(facts.otherUsersOnDevice));
  add('Events of the user', velocityWords(facts.user));
  add('Events of the device', velocityWords(facts.device));
  add('Events of the address', velocityWords(facts.address));
  const { travel, countryChange, amounts, sharedReferences, confirmedFraud, confirmedLegitimate } = facts;
  add(
    'Distance to the last event',
    travel ? `${exact(Math.round(travel.km))} km in ${duration(travel.elapsedMs)}` : null,
  );
  add(
    'Change of country',
    countryChange ? `${countryChange.from} to ${countryChange.to} in ${duration(countryChange.elapsedMs)}` : null,
  );
  add('Amount', amountWords(amountCents));
  add('Earlier amounts', amounts ? amountsWords(amounts) : null);
  add(
    'Accounts with the same reference',
    sharedReferences ? sharedWords(sharedReferences.accounts, sharedReferences.types) : null,
  );
  add(
    'Confirmed as fraud',
    confirmedFraud
      ? list([
          confirmedFraud.user ? 'this user' : '',
          confirmedFraud.device ? 'this device' : '',
          confirmedFraud.linkedAccounts > 0 ? plural(confirmedFraud.linkedAccounts, 'linked account') : '',
        ])
      : null,
  );
  add(
    'Confirmed as legitimate',
    confirmedLegitimate
      ? list([confirmedLegitimate.user ? 'this user' : '', confirmedLegitimate.device ? 'this device' : ''])
      : null,
  );
  add('Fraud cookies', facts.cookies ? cookieWords(facts.cookies) : null);
  return rows;
}

function known(ms: number | null | undefined): string | null {
  if (ms === null || ms === undefined) return null;
  return ms <= 0 ? 'Since this event' : `For ${duration(ms)}`;
}

function deviceWords({ deviceOfUser }: Partial<Facts>): string | null {
  if (!deviceOfUser) return 'Not known';
  const since =
    deviceOfUser.sinceMs <= 0 ? 'First seen with this event' : `Of this user for ${duration(deviceOfUser.sinceMs)}`;
  return deviceOfUser.otherDevices > 0 ? `${since}, ${plural(deviceOfUser.otherDevices, 'other device')}` : since;
}

const WINDOWS = [
  ['lastMinute', '1 min'],
  ['last10Minutes', '10 min'],
  ['lastHour', '1 h'],
  ['lastDay', '1 d'],
] as const;

function velocityWords(velocity: Velocity | null | undefined): string | null {
  if (!velocity) return null;
  const parts = WINDOWS.map(([name, window]) => {
    const { events, failures } = velocity[name];
    return `${exact(events)} in ${window}${failures > 0 ? ` (${exact(failures)} failed)` : ''}`;
  });
  return parts.join(', ');
}

function amountsWords({ count, meanLog, maxCents }: NonNullable<Facts['amounts']>): string {
  return `${plural(count, 'amount')}, usual ${amountWords(Math.round(Math.exp(meanLog) - 1))}, largest ${amountWords(maxCents)}`;
}

function sharedWords(accounts: number, types: readonly string[]): string {
  return accounts === 0 ? 'None' : `${plural(accounts, 'account')} by ${types.join(', ')}`;
}

function counted(count: number | null | undefined): string | null {
  return typeof count === 'number' ? (count === 0 ? 'None' : exact(count)) : null;
}

function list(parts: readonly string[]): string | null {
  const said = parts.filter((part) => part !== '');
  return said.length === 0 ? null : said.join(', ');
}

const SESSIONS: Record<string, string> = {
  none: 'no session',
  valid: 'a valid session',
  expired: 'a session that has ended',
  revoked: 'a session that was revoked',
  unknown: 'a session that was never opened',
  of_another_user: 'the session of another user',
};

const DEVICES: Record<string, string> = {
  known: 'a known device',
  unknown: 'an unknown device',
  revoked: 'a device whose cookie was revoked',
};

function cookieWords(cookies: NonNullable<Facts['cookies']>): string {
  const parts = [
    SESSIONS[cookies.session] ?? cookies.session,
    DEVICES[cookies.device] ?? '',
    cookies.deviceMismatch ? 'not the device of the session' : '',
    cookies.duplicated ? 'a cookie sent twice' : '',
    cookies.browserChanged ? 'another browser than the session was opened with' : '',
  ];
  const text = list(parts) ?? '';
  return text.charAt(0).toUpperCase() + text.slice(1);
}
