import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { browserOf } from '../../src/shared/ua.ts';

const KHTML = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const WINDOWS = `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${KHTML}`;
const MAC = `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${KHTML}`;
const PIXEL = `Mozilla/5.0 (Linux; Android 14; Pixel 8) ${KHTML}`;
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)';

describe('the browser of a User-Agent', () => {
  it.each([
    [`${WINDOWS} Chrome/131.0.0.0 Safari/537.36`, 'Chrome', 'Windows'],
    [`${MAC} Chrome/131.0.0.0 Safari/537.36`, 'Chrome', 'macOS'],
    [`${PIXEL} Chrome/131.0.0.0 Mobile Safari/537.36`, 'Chrome', 'Android'],
    [`${IPHONE} CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1`, 'Chrome', 'iOS'],
    [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${KHTML} Chrome/131.0.0.0 Safari/537.36`, 'Chrome', 'ChromeOS'],
    [`${WINDOWS} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0`, 'Edge', 'Windows'],
    [`${PIXEL} Chrome/131.0.0.0 Mobile Safari/537.36 EdgA/131.0.0.0`, 'Edge', 'Android'],
    [`${IPHONE} Version/17.0 EdgiOS/131.0 Mobile/15E148 Safari/605.1.15`, 'Edge', 'iOS'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0', 'Firefox', 'Linux'],
    [`${IPHONE} FxiOS/133.0 Mobile/15E148 Safari/605.1.15`, 'Firefox', 'iOS'],
    [`${IPHONE} Version/17.5 Mobile/15E148 Safari/604.1`, 'Safari', 'iOS'],
    [`${MAC.replace('537.36', '605.1.15')} Version/18.1 Safari/605.1.15`, 'Safari', 'macOS'],
    [`${WINDOWS} Chrome/131.0.0.0 Safari/537.36 OPR/116.0.0.0`, 'Opera', 'Windows'],
    ['Opera/9.80 (J2ME/MIDP; Opera Mini/9.80/191.227; U; en) Presto/2.12', 'Opera', 'other'],
    [`${PIXEL} SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36`, 'Samsung Internet', 'Android'],
    ['curl/8.11.0', 'curl', 'other'],
    ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'bot', 'other'],
    [`Mozilla/5.0 (X11; Linux x86_64) ${KHTML} HeadlessChrome/131.0.0.0 Safari/537.36`, 'bot', 'Linux'],
    [`${WINDOWS} Chrome/131.0.0.0 Safari/537.36 Vivaldi/7.0`, 'other', 'Windows'],
    ['python-requests/2.32.3', 'other', 'other'],
    ['', 'other', 'other'],
  ])('%s', (userAgent, family, os) => {
    expect(browserOf(userAgent)).toEqual({ family, os });
  });

  it('is the same after an update of browser and system', () => {
    fc.assert(
      fc.property(fc.nat(999), fc.nat(99), (version, system) => {
        const text = `Mozilla/5.0 (Windows NT ${system}.0; Win64; x64) ${KHTML} Chrome/${version}.0.0.0 Safari/537.36`;
        expect(browserOf(text)).toEqual({ family: 'Chrome', os: 'Windows' });
      }),
    );
  });

  it('is found in bounded time, whatever the header holds', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => void browserOf(text)));
    for (const piece of ['Version/1', 'Safari', 'bot', ' Version/1. Safari']) browserOf(piece.repeat(100_000));
  });
});
