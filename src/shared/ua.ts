export type BrowserFamily =
  | 'Chrome'
  | 'Edge'
  | 'Firefox'
  | 'Safari'
  | 'Opera'
  | 'Samsung Internet'
  | 'curl'
  | 'bot'
  | 'other';

export type BrowserOs = 'Windows' | 'macOS' | 'iOS' | 'Android' | 'ChromeOS' | 'Linux' | 'other';

export interface Browser {
  family: BrowserFamily;
  os: BrowserOs;
}

/** Longer texts are of no browser; the bound keeps a header from buying work. UTF-16 units. */
const MAX_READ_CHARS = 512;

/**
 * In this order, because a browser claims to be those that it descends from: Edge says Chrome and Safari, and Chrome says Safari. Browsers that are
 * built on another engine and are none of the named ones come before it.
 */
const FAMILIES: readonly (readonly [RegExp, BrowserFamily])[] = [
  [/^curl\//i, 'curl'],
  [/bot\b|bot[/_-]|crawl|spider|slurp|headless|lighthouse|phantomjs|facebookexternalhit|bingpreview|monitor/i, 'bot'],
  [/\b(Edg|EdgA|EdgiOS|Edge)\//, 'Edge'],
  [/\b(OPR|OPT|OPX|OPiOS|Opera|Opera Mini|OPRGX|OperaMini)\b/, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [
    /Vivaldi|YaBrowser|UCBrowser|UBrowser|Brave|Whale\/|\bSilk\b|DuckDuckGo|Ddg\/|\bGSA\/|FBAN|FBAV|FB_IAB|Instagram|MicroMessenger|QQBrowser|MiuiBrowser|HuaweiBrowser|Electron|; wv\)|PaleMoon|SeaMonkey|Iceweasel|Maxthon|Iron\/|Puffin|Sogou|Coc_Coc|Avast|AVG\/|Sleipnir|Dragon\/|Waterfox|Trident|MSIE|Konqueror|Epiphany|Focus\/|Klar\/|QtWebEngine|Snapchat|Pinterest|TikTok|musical_ly|LinkedInApp|Twitter|Line\//,
    'other',
  ],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/^(?!.*(?:Android|BlackBerry|BB10|Tizen|Dolphin)).*\bVersion\/[\d.]+.* Safari\//, 'Safari'],
];

/** An iPad that asks for the pages of a desktop says that it is a Mac: the two cannot be told apart here. */
const SYSTEMS: readonly (readonly [RegExp, BrowserOs])[] = [
  [/Windows Phone|Xbox/i, 'other'],
  [/Windows|Win(32|64|NT|9[58x])/, 'Windows'],
  [/iPhone|iPad|iPod|\biOS\b|(Cr|Edg|Fx)iOS\//, 'iOS'],
  [/Android/, 'Android'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/Macintosh|Mac OS X|Mac_PowerPC|\bmacOS\b/i, 'macOS'],
  [/Linux|X11/, 'Linux'],
];

/**
 * Which browser and system a User-Agent header names: coarse, so that an update of either is no other browser. It is what the client says of itself,
 * and good for noticing that it says something else now; it proves nothing.
 */
export function browserOf(userAgent: string): Browser {
  const text = userAgent.slice(0, MAX_READ_CHARS);
  return { family: firstOf(FAMILIES, text), os: firstOf(SYSTEMS, text) };
}

function firstOf<T extends string>(rules: readonly (readonly [RegExp, T])[], text: string): T | 'other' {
  return rules.find(([pattern]) => pattern.test(text))?.[1] ?? 'other';
}
