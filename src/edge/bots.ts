import { createIsbotFromList, list } from 'isbot';

/**
 * Of isbot's list what is no crawler here. Programs that a team writes or runs itself: HTTP libraries, headless browsers, monitors and what measures
 * pages. They came with a key, and to lose what they send would be worse than to count them.
 */
export const NO_CRAWLERS: readonly string[] = [
  ...['(?<!lib)http', 'java(?!;)', 'node\\b', 'library', '\\bperl\\b', 'server', 'tools', 'rexx;', 'agent\\b'],
  ...['headless', 'phantomjs', 'playwright', 'selenium', 'cypress/', 'webkit2png', 'splash', 'chromeframe'],
  ...['chrome-lighthouse', 'pagespeed', 'speedcurve', 'ptst[ /]\\d', 'synthetic', 'monitor\\b', 'check\\b', 'checker'],
  ...[
    'pingdom',
    'statuscake',
    '24x7',
    'dareboost',
    'dejaclick',
    'neustar wpm',
    'rigor',
    'measure',
    'iplabel',
    'detect',
  ],
  // Browsers, and what some have in their names: extensions, in-app browsers, a maker of keyboards and browsers, an editor, and plain heuristics.
  ...['firephp', 'sogou', 'cursor/', 'preview', 'feed', '(?:^|[^g])news(?!sapphire)', '\\(\\)', '\\|'],
  ...[
    ';\\s\\w+;$',
    '\\b\\w+/1\\.0;',
    '\\.com\\b',
    'url',
    'proxy',
    'insight',
    'inspect',
    'optimize',
    'download',
    'discovery',
  ],
  ...[
    'offbyone',
    'ibisbrowser',
    'dmbrowser',
    'browsex',
    'supercleaner',
    'advisor',
    'radar',
    'capture',
    'catch',
    'mail\\.ru/',
  ],
  // Meets the store that an app came from; what of Google crawls is named below.
  '(?<! channel/|google/)google(?!(?:wv|app|/google| pixel))',
];

/**
 * Whether a User-Agent is that of a crawler that says so: by the words of isbot's list, without those above and without what it tells by the beginning of the
 * text, which is how programs of every kind begin.
 */
export const isCrawler: (userAgent: string) => boolean = createIsbotFromList([
  ...list.filter((pattern) => !pattern.startsWith('^') && !NO_CRAWLERS.includes(pattern)),
  // How a crawler says where to read about it.
  '\\+https?://',
  ...[
    'slurp',
    'mediapartners-google',
    'google-(?:inspectiontool|read-aloud|extended|safety)',
    'google (?:web preview|favicon)',
    'googleother',
  ],
]);
