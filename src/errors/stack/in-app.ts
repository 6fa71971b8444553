/** Code of browsers and of what people add to them. */
const FOREIGN_SCHEMES = [
  ...['chrome-extension:', 'moz-extension:', 'safari-extension:', 'safari-web-extension:', 'ms-browser-extension:'],
  ...['extension:', 'webkit-masked-url:', 'chrome:', 'resource:', 'about:', 'node:', 'edge:'],
];
/** Folders that package managers fill; `~` is webpack 1's name for node_modules. */
const PACKAGE_FOLDERS = ['/node_modules/', '/bower_components/', '/jspm_packages/', '/~/', '\\node_modules\\'];
/**
 * Hosts that hand out libraries, tags and widgets, which no application serves its own code from. Compared by whole labels: `eu.i.posthog.com` is
 * one of posthog.com.
 */
const LIBRARY_HOSTS: readonly string[] = [
  ...['cdn.jsdelivr.net', 'unpkg.com', 'cdnjs.cloudflare.com', 'esm.sh', 'esm.run', 'cdn.skypack.dev', 'ga.jspm.io'],
  ...['ajax.googleapis.com', 'code.jquery.com', 'ajax.aspnetcdn.com', 'stackpath.bootstrapcdn.com', 'polyfill.io'],
  ...['maxcdn.bootstrapcdn.com', 'kit.fontawesome.com', 'use.fontawesome.com', 'cdn.polyfill.io', 'polyfill-fastly.io'],
  ...['googletagmanager.com', 'google-analytics.com', 'googlesyndication.com', 'doubleclick.net', 'gstatic.com'],
  ...['maps.googleapis.com', 'apis.google.com', 'accounts.google.com', 'connect.facebook.net', 'platform.twitter.com'],
  ...['snap.licdn.com', 'analytics.tiktok.com', 'bat.bing.com', 'clarity.ms', 'static.cloudflareinsights.com'],
  ...[
    'challenges.cloudflare.com',
    'hcaptcha.com',
    'js.stripe.com',
    'paypal.com',
    'paypalobjects.com',
    'pay.google.com',
  ],
  ...['hotjar.com', 'segment.com', 'mixpanel.com', 'amplitude.com', 'posthog.com', 'fullstory.com', 'intercom.io'],
  ...['intercomcdn.com', 'zdassets.com', 'hs-scripts.com', 'optimizely.com', 'sentry-cdn.com', 'sentry.io'],
  ...['datadoghq-browser-agent.com', 'newrelic.com', 'nr-data.net', 'cookielaw.org', 'onetrust.com', 'cookiebot.com'],
];
/** Names under which bundlers and libraries ship code that the application did not write, without extension and in lower case. */
const LIBRARY_NAMES = [
  ...['vendor', 'vendors', 'chunk-vendors', 'polyfill', 'polyfills', 'zone', 'jquery', 'react', 'react-dom', 'preact'],
  ...['vue', 'angular', 'lodash', 'underscore', 'backbone', 'ember', 'bootstrap', 'moment', 'd3', 'three', 'rxjs'],
  ...['require', 'core-js', 'babel-polyfill', 'socket.io', 'axios', 'gtm', 'gtag', 'fbevents', 'recaptcha'],
];
/** Our own SDK stands at the top of what it hands on. */
const OWN_SDK = '/api/js/client.min.js';

/** Whether the application's people can change this code. `file` null: native and anonymous code. */
export function isInApp(file: string | null): boolean {
  if (file === null) return false;
  const lower = file.toLowerCase();
  if (FOREIGN_SCHEMES.some((scheme) => lower.startsWith(scheme))) return false;
  // Modules of Node before it had a scheme for them.
  if (lower.startsWith('internal/') || lower.endsWith(OWN_SDK)) return false;
  return !isPackage(lower) && !isLibraryHost(hostOf(lower)) && !isLibraryName(lower);
}

/** For the frames of one stack: they are of a few files, and each of them is held against long lists. */
export function rememberingInApp(): (file: string | null) => boolean {
  const known = new Map<string | null, boolean>();
  return (file) => {
    const own = known.get(file) ?? isInApp(file);
    known.set(file, own);
    return own;
  };
}

/** Whether a file is in a folder of packages; the first of a path may be one, too: `webpack://app/node_modules/…` and `node_modules/…` alike. */
export function isPackage(file: string): boolean {
  const path = `/${file.toLowerCase()}`;
  return PACKAGE_FOLDERS.some((folder) => path.includes(folder));
}

function hostOf(file: string): string {
  if (!file.startsWith('http')) return '';
  const start = file.indexOf('://') + 3;
  if (start < 3) return '';
  const path = file.indexOf('/', start);
  const host = file.slice(start, path < 0 ? file.length : path);
  const port = host.lastIndexOf(':');
  return port < 0 ? host : host.slice(0, port);
}

function isLibraryHost(host: string): boolean {
  return host !== '' && LIBRARY_HOSTS.some((known) => host === known || host.endsWith(`.${known}`));
}

/** `vendors~main.3f2a.js`, `jquery-3.6.0.min.js`, `react-dom.production.min.js`, but not `react-app.js` nor `vendorlist.js`. */
function isLibraryName(file: string): boolean {
  const name = file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
  return LIBRARY_NAMES.some((known) => {
    if (!name.startsWith(known)) return false;
    const next = name[known.length];
    if (next === '.' || next === '~') return true;
    // A version or a hash may follow a dash, a word makes it another name.
    return next === '-' && hasDigit(name.slice(known.length + 1, endOfPart(name, known.length + 1)));
  });
}

function endOfPart(name: string, from: number): number {
  const dot = name.indexOf('.', from);
  return dot < 0 ? name.length : dot;
}

function hasDigit(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 48 && text.charCodeAt(i) <= 57) return true;
  return false;
}
