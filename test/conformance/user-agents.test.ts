import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isCrawler } from '../../src/edge/bots.ts';
import { nameBrowser } from '../../src/edge/browser.ts';
import { browserOf } from '../../src/shared/ua.ts';
import { absent, readData } from './data.ts';

/** The names that uap-core has for what we tell apart. */
const FAMILIES: Readonly<Record<string, string>> = {
  Chrome: 'Chrome',
  'Chrome Mobile': 'Chrome',
  'Chrome Mobile iOS': 'Chrome',
  Chromium: 'Chrome',
  Edge: 'Edge',
  'Edge Mobile': 'Edge',
  Firefox: 'Firefox',
  'Firefox Mobile': 'Firefox',
  'Firefox iOS': 'Firefox',
  Safari: 'Safari',
  'Mobile Safari': 'Safari',
  Opera: 'Opera',
  'Opera Mobile': 'Opera',
  'Opera Mini': 'Opera',
  'Samsung Internet': 'Samsung Internet',
  curl: 'curl',
  Googlebot: 'bot',
  bingbot: 'bot',
  HeadlessChrome: 'bot',
};
const SYSTEMS: Readonly<Record<string, string>> = {
  Windows: 'Windows',
  'Mac OS X': 'macOS',
  iOS: 'iOS',
  Android: 'Android',
  'Chrome OS': 'ChromeOS',
  Linux: 'Linux',
  Ubuntu: 'Linux',
  Fedora: 'Linux',
};
const UA_FILES = ['test_ua', 'firefox_user_agent_strings', 'opera_mini_user_agent_strings'];
const OS_FILES = ['test_os', 'additional_os_tests'];

interface Case {
  user_agent_string: string;
  family: string;
}

function casesOf(file: string): Case[] {
  const text = readData('ua', `uap-core_${file}.yaml`)?.toString();
  return text === undefined ? [] : (parse(text) as { test_cases: Case[] }).test_cases;
}

/** Of the cases whose name we tell apart: how many, and those that we read differently. Apps are no browsers, so only `Mozilla/…` and its like count. */
function compare(files: readonly string[], names: Readonly<Record<string, string>>, read: (text: string) => string) {
  const known = files.flatMap(casesOf).filter(({ family }) => names[family] !== undefined);
  const cases = known.filter(({ user_agent_string: text }) => /^(Mozilla|Opera|curl)\//.test(text));
  const wrong = cases.filter(({ user_agent_string: text, family }) => read(text) !== names[family]);
  return { cases: cases.length, wrong: wrong.map(({ family, user_agent_string: text }) => `${family}: ${text}`) };
}

const data = readData('ua', 'uap-core_test_ua.yaml');
describe.skipIf(data === null)(`the cases of uap-core (${absent('ua')} where this is skipped)`, () => {
  it('have the family that we say, but for Safari of before versions and televisions', () => {
    const { cases, wrong } = compare(UA_FILES, FAMILIES, (text) => browserOf(text).family);
    expect(cases).toBeGreaterThan(400);
    expect(wrong.filter((line) => !line.startsWith('Safari: ') && !line.startsWith('Mobile Safari: '))).toEqual([]);
    expect(wrong.length).toBeLessThan(cases * 0.02);
  });

  it('have the system that we say, but for tablets that say they are something else', () => {
    const { cases, wrong } = compare(OS_FILES, SYSTEMS, (text) => browserOf(text).os);
    expect(cases).toBeGreaterThan(100);
    expect(wrong.filter((line) => !/Silk|OculusBrowser|CitrixChromeApp/.test(line))).toEqual([]);
  });

  it('have the browser and system that records are labelled with', () => {
    const label = (userAgent: string) => nameBrowser({ userAgent, brands: '', mobile: '', platform: '' });
    // Labels name a browser without a screen, which as a family is a bot.
    const names = { ...FAMILIES, HeadlessChrome: 'Headless Chrome' };
    const browsers = compare(UA_FILES, names, (text) => label(text).browser);
    expect(1 - browsers.wrong.length / browsers.cases).toBeGreaterThan(0.98);
    const systems = compare(OS_FILES, SYSTEMS, (text) => label(text).os);
    expect(1 - systems.wrong.length / systems.cases).toBeGreaterThan(0.94);
  });

  it('have a device where their system leaves no choice', () => {
    const device = (userAgent: string) => nameBrowser({ userAgent, brands: '', mobile: '', platform: '' }).device;
    const devices = (family: string) => {
      const cases = OS_FILES.flatMap(casesOf).filter((one) => one.family === family);
      return cases
        .filter(({ user_agent_string: text }) => /^(Mozilla|Opera)\//.test(text))
        .map((one) => device(one.user_agent_string));
    };
    const share = (found: readonly string[], ...expected: string[]) =>
      found.filter((one) => expected.includes(one)).length / found.length;
    expect(share(devices('iOS'), 'mobile', 'tablet')).toBeGreaterThan(0.9);
    expect(share(devices('Android'), 'mobile', 'tablet', 'tv')).toBeGreaterThan(0.9);
    expect(share(devices('Windows'), 'desktop')).toBeGreaterThan(0.9);
    expect(share(devices('Mac OS X'), 'desktop')).toBeGreaterThan(0.9);
    expect(share(devices('Windows Phone'), 'mobile')).toBeGreaterThanOrEqual(0.9);
  });

  it('are crawlers where their name says so, but for monitors and libraries, and browsers are none', () => {
    const all = [...UA_FILES, 'podcasting_user_agent_strings'].flatMap(casesOf);
    const named = all.filter(({ family }) => /bot\b|bot[^a-z]|crawl|spider|slurp/i.test(family));
    const missed = named.filter((one) => !isCrawler(one.user_agent_string));
    expect(named.length).toBeGreaterThan(500);
    const tools = /^(PingdomBot|NewRelicPingerBot|StatusCakeBot|RackspaceBot|WebPageTest.org bot|Lite Bot)$/;
    expect(missed.filter(({ family }) => !tools.test(family))).toEqual([]);
    const browsers = all.filter(({ family }) => FAMILIES[family] !== undefined && FAMILIES[family] !== 'bot');
    expect(browsers.length).toBeGreaterThan(400);
    const wrong = browsers.filter((one) => isCrawler(one.user_agent_string));
    expect(wrong.map((one) => one.user_agent_string).filter((text) => !text.includes('Google Web Preview'))).toEqual(
      [],
    );
  });
});
