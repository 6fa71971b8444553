import { type Incident, severityAt } from './incident.ts';
import type { Chance } from './random.ts';
import type { DemoRecord } from './record.ts';

/** A customer that is recognised across records: 400 of them, each with a home region and a device. */
function customer(dice: Chance) {
  const number = dice.int(1, 400);
  const regions = ['us-east', 'us-west', 'eu-west', 'eu-north', 'ap-south'] as const;
  return {
    userId: `u-${String(number).padStart(4, '0')}`,
    region: regions[number % regions.length] ?? 'us-east',
    ip: `198.51.100.${(number % 254) + 1}`,
  };
}

const MONEY = (dice: Chance, low: number, high: number) => dice.int(low * 100, high * 100) / 100;

export function transaction(ms: number, dice: Chance, incident: Incident | null): DemoRecord {
  const { userId, region } = customer(dice);
  const kind = dice.pick(['deposit', 'deposit', 'deposit', 'withdrawal', 'payout']);
  const method = dice.pick(['card', 'card', 'bank', 'venmo', 'cashapp', 'paypal', 'zelle', 'wise', 'revolut']);
  const amount = MONEY(dice, 5, 600);
  const hit = incident?.kind === 'gateway' && incident.gateway === method ? severityAt(incident, ms) : 0;
  const failed = dice.happens(0.01 + 0.7 * hit);
  const reason = hit > 0 ? 'gateway_unavailable' : dice.pick(['insufficient_funds', 'do_not_honour', 'limit_reached']);
  const what = `${kind} ${amount.toFixed(2)} USD by ${method}`;
  return {
    ts: ms,
    stream: 'logs',
    level: failed ? (hit > 0 ? 'error' : 'warn') : 'info',
    service: 'transactions',
    type: 'transaction',
    message: failed ? `${what} refused: ${reason}` : `${what} settled`,
    userId,
    traceId: dice.hex(32),
    attrs: {
      ...{ kind, method, amount, currency: 'USD', region, transactionId: `tx_${dice.hex(12)}` },
      ...{ durationMs: dice.latencyMs(260 * (1 + 10 * hit)), outcome: failed ? 'refused' : 'settled' },
      ...(failed ? { reason } : {}),
    },
  };
}

const FIXTURES = [
  'Leeds v Derby',
  'Ajax v PSV',
  'Bulls v Heat',
  'Alcaraz v Sinner',
  'Lakers v Suns',
  'Roma v Lazio',
] as const;

export function wager(ms: number, dice: Chance): DemoRecord {
  const { userId, region } = customer(dice);
  const fixture = dice.pick(FIXTURES);
  const stake = MONEY(dice, 1, 150);
  const odds = dice.int(110, 900) / 100;
  const state = dice.pick(['placed', 'placed', 'placed', 'placed', 'settled', 'settled', 'voided', 'rejected']);
  const reason = dice.pick(['odds_changed', 'market_suspended', 'stake_limit']);
  const money = `${stake.toFixed(2)} at ${odds.toFixed(2)}`;
  return {
    ts: ms,
    stream: 'logs',
    level: state === 'rejected' ? 'warn' : 'info',
    service: 'wagers',
    type: 'wager',
    message:
      state === 'rejected'
        ? `wager rejected on ${fixture}, ${money}: ${reason}`
        : `wager ${state} on ${fixture}, ${money}`,
    userId,
    attrs: {
      ...{
        wagerId: `wg_${dice.hex(10)}`,
        fixture,
        market: dice.pick(['1x2', 'over_under', 'handicap']),
        stake,
        odds,
        state,
        region,
      },
      ...(state === 'rejected' ? { reason } : {}),
      ...(state === 'settled' ? { won: dice.happens(1 / odds) } : {}),
    },
  };
}

export function authentication(ms: number, dice: Chance, incident: Incident | null): DemoRecord {
  const known = customer(dice);
  const attacked = incident?.kind === 'logins' && dice.happens(0.85 * severityAt(incident, ms));
  const userId = attacked ? `u-${dice.int(4_000, 9_999)}` : known.userId;
  const ip = attacked ? incident.network : known.ip;
  const event = attacked
    ? 'login_failed'
    : dice.pick(['login', 'login', 'login', 'refresh', 'refresh', 'logout', 'mfa', 'login_failed']);
  const sentences = {
    login: `sign-in of ${userId} from ${known.region}`,
    refresh: `session of ${userId} refreshed`,
    logout: `sign-out of ${userId}`,
    mfa: `second factor of ${userId} confirmed`,
    login_failed: `sign-in of ${userId} failed: wrong password`,
  } as const;
  return {
    ts: ms,
    stream: 'logs',
    level: event === 'login_failed' ? 'warn' : 'info',
    service: 'auth',
    type: 'authentication',
    message: sentences[event],
    userId,
    sessionId: `s-${dice.hex(12)}`,
    attrs: {
      event,
      ip,
      region: known.region,
      client: dice.pick(['ios', 'android', 'web', 'web']),
      durationMs: dice.latencyMs(90),
    },
  };
}

export function security(ms: number, dice: Chance, incident: Incident | null): DemoRecord {
  const known = customer(dice);
  const attacked = incident?.kind === 'logins' && dice.happens(severityAt(incident, ms));
  const rule = attacked
    ? 'credential_stuffing'
    : dice.pick(['new_device', 'velocity', 'geo_change', 'proxy', 'card_testing']);
  const score = attacked ? dice.int(85, 99) : dice.int(5, 80);
  const action = score > 80 ? 'blocked' : score > 60 ? 'challenged' : 'observed';
  return {
    ts: ms,
    stream: 'logs',
    level: action === 'blocked' ? 'error' : action === 'challenged' ? 'warn' : 'info',
    service: 'security',
    type: 'security',
    message: `risk rule ${rule} scored ${score}: ${action}`,
    ...(attacked ? {} : { userId: known.userId }),
    attrs: { rule, score, action, ip: attacked ? incident.network : known.ip, region: known.region },
  };
}

export function system(ms: number, dice: Chance, incident: Incident | null): DemoRecord {
  const host = `edge-${dice.int(1, 6)}`;
  const base = { ts: ms, stream: 'logs', type: 'system' } as const;
  if (incident?.kind === 'gateway' && dice.happens(0.6 * severityAt(incident, ms))) {
    const waiting = dice.int(40, 400);
    const message = `connection pool to ${incident.gateway} exhausted, ${waiting} requests waiting`;
    return {
      ...base,
      level: 'error',
      service: 'payments',
      message,
      attrs: { host, target: incident.gateway, waiting },
    };
  }
  switch (dice.pick(['request', 'request', 'request', 'query', 'cache', 'replica', 'job'])) {
    case 'request': {
      const path = dice.pick(['/v2/odds', '/v2/markets', '/v2/balance', '/v2/bets', '/v2/profile']);
      const status = dice.happens(0.01) ? 500 : dice.happens(0.03) ? 404 : 200;
      const durationMs = dice.latencyMs(35);
      const level = status === 500 ? 'error' : 'debug';
      return {
        ...base,
        level,
        service: 'api',
        message: `GET ${path} ${status} in ${durationMs} ms`,
        attrs: { host, path, status, durationMs },
      };
    }
    case 'query': {
      const durationMs = dice.latencyMs(12) + (dice.happens(0.04) ? 900 : 0);
      const level = durationMs > 800 ? 'warn' : 'debug';
      return {
        ...base,
        level,
        service: 'ledger-db',
        message: `select balance took ${durationMs} ms`,
        attrs: { host, durationMs, rows: dice.int(1, 40) },
      };
    }
    case 'cache': {
      const hitRatio = dice.int(880, 995) / 1_000;
      return {
        ...base,
        level: 'info',
        service: 'odds-cache',
        message: `cache hit ratio ${(hitRatio * 100).toFixed(1)} %`,
        attrs: { host, hitRatio },
      };
    }
    case 'replica': {
      const lagMs = dice.latencyMs(140);
      const level = lagMs > 400 ? 'warn' : 'info';
      return { ...base, level, service: 'ledger-db', message: `replica is ${lagMs} ms behind`, attrs: { host, lagMs } };
    }
    case 'job': {
      const settled = dice.int(0, 120);
      return {
        ...base,
        level: 'info',
        service: 'scheduler',
        message: `settlement run finished, ${settled} wagers`,
        attrs: { host, settled },
      };
    }
  }
}
