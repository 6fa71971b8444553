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

export interface LintContext {
  /** Of the response that carries the line. */
  url: URL;
  /** The response belongs to a page of another site, and is no page itself: an image, a frame, a fetch. */
  thirdParty: boolean;
  nowMs: number;
}
