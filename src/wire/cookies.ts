/** Cookies, as the routes of their telemetry and of the linter answer them. */

/** For people: the code is stable, the sentence may change. */
export interface Finding<Code extends string> {
  code: Code;
  detail: string;
}

/** Why a browser ignores a `Set-Cookie` line. */
export type IgnoredCode =
  | 'control_character'
  | 'empty'
  | 'too_large'
  | 'domain_not_ascii'
  | 'domain_public_suffix'
  | 'domain_mismatch'
  | 'secure_over_http'
  | 'same_site_in_third_party'
  | 'none_without_secure'
  | 'partitioned_without_secure'
  | 'prefix_secure'
  | 'prefix_host'
  | 'prefix_http'
  | 'prefix_host_http'
  | 'prefix_in_nameless';

/** What a browser accepts and its author may not want. */
export type LintWarningCode =
  | 'no_secure'
  | 'no_http_only'
  | 'same_site_default'
  | 'same_site_unknown'
  | 'third_party_blocked'
  | 'partitioned_same_site'
  | 'nameless'
  | 'name_not_token'
  | 'value_not_cookie_octets'
  | 'domain_wide'
  | 'domain_ignored'
  | 'path_ignored'
  | 'expires_unreadable'
  | 'max_age_unreadable'
  | 'expires_overruled'
  | 'expiry_capped'
  | 'attribute_too_long'
  | 'attribute_unknown'
  | 'attribute_repeated'
  | 'overlays_secure'
  | 'loopback_is_secure';

/** A cookie as it would be stored. */
export interface LintedCookie {
  name: string;
  value: string;
  /** Octets of name and value, of which a browser takes 4,096. */
  bytes: number;
  domain: string;
  hostOnly: boolean;
  path: string;
  /** Null: until the browser ends its session. */
  expiresAtMs: number | null;
  secure: boolean;
  httpOnly: boolean;
  sameSite: 'Strict' | 'Lax' | 'None';
  /** The line names no usable SameSite: for two minutes after it was set, a top-level POST from another site carries the cookie too. */
  sameSiteByDefault: boolean;
  partitioned: boolean;
}

export interface Lint {
  /** `expired`: stored is nothing, and a cookie of this name, domain and path is deleted. */
  outcome: 'stored' | 'expired' | 'ignored';
  /** Why it is ignored; null where it is not. */
  reason: Finding<IgnoredCode> | null;
  /** Null where the line was given up before there was a cookie. */
  cookie: LintedCookie | null;
  warnings: Finding<LintWarningCode>[];
}

/** As the route answers it. */
export interface CookieLint extends Lint {
  /** The line that this is about. */
  setCookie: string;
}

export const TELEMETRY_WARNINGS = [
  'header_too_large',
  'too_many_cookies',
  'cookie_too_large',
  'duplicate_name',
  'prefix_over_http',
  'prefix_by_case',
  'prefix_in_nameless',
  'nameless',
  'illegal_octets',
] as const;
export type TelemetryWarningCode = (typeof TELEMETRY_WARNINGS)[number];

export type CookieLevel = 'green' | 'yellow' | 'red';

/** What a `Cookie` header says without its values. */
export interface CookieTelemetry {
  count: number;
  /** Octets of the header's value. */
  bytes: number;
  level: CookieLevel;
  /** Different names in their order, at most 100 of at most 64 characters; a cookie without a name has none here. */
  names: string[];
  /** There are more. */
  namesCut: boolean;
  /** Of the session cookies of `POST /api/fraud/login`. */
  fraudSession: { present: boolean; duplicated: boolean };
  /** By what their names prove: a browser takes a name with a prefix only with what the prefix asks for. */
  secure: { host: number; secure: number; unproven: number };
  /** Cookies of ours for embedded pages, which are partitioned. Of others the header does not tell. */
  partitioned: number;
  warnings: Finding<TelemetryWarningCode>[];
}

/** All devices of a day together. */
export interface CookieDay {
  /** YYYY-MM-DD, UTC. */
  day: string;
  samples: number;
  p50Count: number;
  p95Count: number;
  maxCount: number;
  /** Within 128 bytes, never too small; not above the largest that was seen. */
  p50Bytes: number;
  p95Bytes: number;
  maxBytes: number;
  avgBytes: number;
  levels: Record<CookieLevel, number>;
  /** Samples with the warning, by its code. */
  warnings: Partial<Record<TelemetryWarningCode, number>>;
}
