import { describe, expect, it } from 'vitest';
import { checkTarget, type TargetRules } from '../../../src/delivery/address/check-target.ts';
import { targetSentence } from '../../../src/delivery/address/sentence.ts';

const PRODUCTION: TargetRules = { environment: 'production', ownHosts: ['breakwater.example.net'] };
const LOCAL: TargetRules = { environment: 'local', ownHosts: ['127.0.0.1:8787'] };

/** The code of the refusal, with the range where it is for an address; `ok` where there is none. */
function verdict(url: string, rules = PRODUCTION): string {
  const checked = checkTarget(url, rules);
  if (checked.ok) return 'ok';
  return checked.error.code === 'address' ? `address ${checked.error.range}` : checked.error.code;
}

describe('a receiver on the public Internet', () => {
  it.each([
    ['https://hooks.example.com/a?b=c', { host: 'hooks.example.com', port: 443, literal: null }],
    ['https://HOOKS.Example.COM.:8443/', { host: 'hooks.example.com', port: 8443, literal: null }],
    ['https://münchen.example/', { host: 'xn--mnchen-3ya.example', port: 443, literal: null }],
    ['https://ｈｏｏｋｓ.example。com/', { host: 'hooks.example.com', port: 443, literal: null }],
    ['https://_dmarc.a-b.example/', { host: '_dmarc.a-b.example', port: 443, literal: null }],
    ['https://8.8.8.8/', { host: '8.8.8.8', port: 443, literal: '8.8.8.8' }],
    ['https://134744072/', { host: '8.8.8.8', port: 443, literal: '8.8.8.8' }],
    ['https://[2606:4700:0::1111]/', { host: '2606:4700::1111', port: 443, literal: '2606:4700::1111' }],
    ['https://172.32.0.1/', { host: '172.32.0.1', port: 443, literal: '172.32.0.1' }],
    ['https://192.0.1.1/', { host: '192.0.1.1', port: 443, literal: '192.0.1.1' }],
  ])('%s is allowed', (url, expected) => {
    expect(checkTarget(url, PRODUCTION)).toMatchObject({ ok: true, value: expected });
  });

  it('is fetched by the text that was checked', () => {
    expect(checkTarget('https://HOOKS.example.com:443/a b'.replace(' ', '%20'), PRODUCTION)).toMatchObject({
      value: { href: 'https://hooks.example.com/a%20b' },
    });
  });
});

describe('an address that is not public is refused in every spelling', () => {
  it.each([
    // Dotted, decimal, octal, hex, short, mixed.
    ['https://127.0.0.1/', 'loopback'],
    ['https://2130706433/', 'loopback'],
    ['https://017700000001/', 'loopback'],
    ['https://0x7f000001/', 'loopback'],
    ['https://0X7F.0.0.1/', 'loopback'],
    ['https://0177.0.0.01/', 'loopback'],
    ['https://127.1/', 'loopback'],
    ['https://127.0.1/', 'loopback'],
    ['https://0x7f.1/', 'loopback'],
    ['https://0x7f.0x000001/', 'loopback'],
    ['https://127.0.0.1./', 'loopback'],
    ['https://0/', 'this_network'],
    ['https://0.0.0.0/', 'this_network'],
    ['https://0x/', 'this_network'],
    ['https://10.1/', 'private'],
    ['https://012.1.2.3/', 'private'],
    ['https://172.16.0.1/', 'private'],
    ['https://172.31.255.255/', 'private'],
    ['https://0xc0a80001/', 'private'],
    ['https://100.64.0.1/', 'carrier_nat'],
    ['https://100.100.100.200/', 'carrier_nat'],
    ['https://169.254.169.254/latest/meta-data/', 'link_local'],
    ['https://2852039166/', 'link_local'],
    ['https://0xa9fea9fe/', 'link_local'],
    ['https://0251.0376.0251.0376/', 'link_local'],
    ['https://168.63.129.16/', 'metadata'],
    ['https://192.0.0.192/', 'protocol'],
    ['https://192.0.2.1/', 'documentation'],
    ['https://198.51.100.1/', 'documentation'],
    ['https://203.0.113.1/', 'documentation'],
    ['https://198.19.0.1/', 'benchmark'],
    ['https://192.88.99.1/', '6to4'],
    ['https://224.0.0.1/', 'multicast'],
    ['https://240.0.0.1/', 'reserved'],
    ['https://255.255.255.255/', 'reserved'],
    // Percent-encoded, full-width, circled, with other dots, with what is invisible.
    ['https://%31%32%37.0.0.1/', 'loopback'],
    ['https://127%2e0%2E0%2e1/', 'loopback'],
    ['https://１２７.０.０.１/', 'loopback'],
    ['https://①②⑦.⓪.⓪.①/', 'loopback'],
    ['https://127。0。0。1/', 'loopback'],
    ['https://127．0｡0。1/', 'loopback'],
    ['https://%EF%BC%91%EF%BC%92%EF%BC%97.0.0.1/', 'loopback'],
    ['https://127%C2%AD.0.0.1/', 'loopback'],
    ['https://0x7f.0.0.①/', 'loopback'],
    // IPv6.
    ['https://[::1]/', 'loopback'],
    ['https://[0:0:0:0:0:0:0:1]/', 'loopback'],
    ['https://[0000:0000::0001]/', 'loopback'],
    ['https://[::]/', 'this_network'],
    ['https://[::ffff:127.0.0.1]/', 'ipv4_mapped'],
    ['https://[::FFFF:7f00:1]/', 'ipv4_mapped'],
    ['https://[0:0:0:0:0:ffff:8.8.8.8]/', 'ipv4_mapped'],
    ['https://[::127.0.0.1]/', 'ipv4_compatible'],
    ['https://[::7f00:1]/', 'ipv4_compatible'],
    ['https://[::ffff:0:127.0.0.1]/', 'ipv4_translated'],
    ['https://[64:ff9b::10.0.0.1]/', 'nat64'],
    ['https://[64:ff9b:1::a00:1]/', 'nat64'],
    ['https://[2002:7f00:1::]/', '6to4'],
    ['https://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/', 'teredo'],
    ['https://[fe80::1]/', 'link_local'],
    ['https://[febf::1]/', 'link_local'],
    ['https://[fec0::1]/', 'site_local'],
    ['https://[fc00::1]/', 'unique_local'],
    ['https://[fd00:ec2::254]/', 'unique_local'],
    ['https://[ff02::1]/', 'multicast'],
    ['https://[2001:db8::1]/', 'documentation'],
    ['https://[3fff:fff::1]/', 'documentation'],
    ['https://[2001:2::1]/', 'benchmark'],
    ['https://[2001:20::1]/', 'protocol'],
    ['https://[100::1]/', 'discard'],
    ['https://[5f00::1]/', 'reserved'],
    ['https://[4000::1]/', 'reserved'],
    ['https://[2620:4f:8000::1]/', 'as112'],
    ['https://%5B::1%5D/', null],
    // Zones are no part of a URL's host, in neither spelling.
    ['https://[fe80::1%25eth0]/', null],
    ['https://[fe80::1%eth0]/', null],
    ['https://256.256.256.256/', null],
    ['https://1.2.3.4.5/', null],
    ['https://0x7f.0.0.0x100/', null],
    ['https://[::1/', null],
    ['https://[1::2::3]/', null],
  ])('%s', (url, range) => {
    expect(verdict(url)).toBe(range === null ? 'malformed' : `address ${range}`);
    expect(verdict(url, LOCAL)).toBe(range === 'loopback' ? 'ok' : range === null ? 'malformed' : `address ${range}`);
  });
});

describe('what is refused for its text', () => {
  it.each([
    ['http://hooks.example.com/', 'scheme'],
    ['ftp://hooks.example.com/', 'scheme'],
    ['file:///etc/passwd', 'malformed'],
    ['gopher://hooks.example.com/', 'scheme'],
    ['wss://hooks.example.com/', 'scheme'],
    ['javascript:alert(1)', 'malformed'],
    ['data:text/plain,x', 'malformed'],
    ['hooks.example.com', 'malformed'],
    ['//hooks.example.com/', 'malformed'],
    ['https:hooks.example.com', 'malformed'],
    ['https:/hooks.example.com', 'malformed'],
    ['https:///hooks.example.com', 'malformed'],
    ['https://', 'malformed'],
    ['', 'malformed'],
    // Userinfo that looks like the host, in every way in which parsers differ.
    ['https://hooks.example.com@127.0.0.1/', 'userinfo'],
    ['https://hooks.example.com:443@10.0.0.1/', 'userinfo'],
    ['https://user:password@hooks.example.com/', 'userinfo'],
    ['https://@hooks.example.com/', 'userinfo'],
    ['https://a@b@hooks.example.com/', 'userinfo'],
    ['https://hooks.example.com%40127.0.0.1/', 'malformed'],
    ['https://hooks.example.com\\@127.0.0.1/', 'malformed'],
    ['https://127.0.0.1\\.hooks.example.com/', 'malformed'],
    ['https:\\\\hooks.example.com/', 'malformed'],
    ['https://hooks.example.com#@127.0.0.1/', 'fragment'],
    ['https://hooks.example.com/#', 'fragment'],
    ['https://127.0.0.1#.example.com/', 'fragment'],
    ['https://hooks.example.com/\r\nHost: x', 'malformed'],
    ['https://hooks.exa\tmple.com/', 'malformed'],
    [' https://hooks.example.com/', 'malformed'],
    ['https://hooks\u200b.example.com/', 'malformed'],
    ['https://hooks.example\u202e.com/', 'malformed'],
    ['https://hooks.example.com\0.evil.example/', 'malformed'],
    ['https://hooks..example.com/', 'malformed'],
    ['https://hooks.example.com../', 'malformed'],
    ['https://.example.com/', 'malformed'],
    ['https://-a.example.com/', 'malformed'],
    ['https://a!b.example.com/', 'malformed'],
    [`https://${'a'.repeat(64)}.example.com/`, 'malformed'],
    [`https://${'a.'.repeat(126)}example/`, 'malformed'],
    // Ports.
    ['https://hooks.example.com:80/', 'port'],
    ['https://hooks.example.com:22/', 'port'],
    ['https://hooks.example.com:25/', 'port'],
    ['https://hooks.example.com:0/', 'port'],
    ['https://hooks.example.com:6667/', 'port'],
    ['https://hooks.example.com:10080/', 'port'],
    ['https://hooks.example.com:65536/', 'malformed'],
    ['https://hooks.example.com:-1/', 'malformed'],
    ['https://hooks.example.com:444x/', 'malformed'],
    // Names of local networks.
    ['https://localhost/', 'local_name'],
    ['https://LOCALHOST./', 'local_name'],
    ['https://a.localhost/', 'local_name'],
    ['https://ｌocalhost/', 'local_name'],
    ['https://printer.local/', 'local_name'],
    ['https://kubernetes.default.svc.cluster.local/', 'local_name'],
    ['https://metadata.google.internal/', 'local_name'],
    ['https://metadata.google.internal./', 'local_name'],
    ['https://instance-data.ec2.internal/', 'local_name'],
    ['https://router.home.arpa/', 'local_name'],
    ['https://wiki.corp/', 'local_name'],
    ['https://metadata/', 'local_name'],
    // Ourselves.
    ['https://breakwater.example.net/api/ingest', 'own_host'],
    ['https://BREAKWATER.example.net.:8443/', 'own_host'],
    ['https://a.breakwater.example.net/', 'own_host'],
  ])('%j', (url, code) => {
    expect(verdict(url)).toBe(code);
  });

  it('names that only look local or like ours are allowed', () => {
    for (const host of ['notlocal.example', 'localhost.example', 'internal.example.com', 'xbreakwater.example.net']) {
      expect([host, verdict(`https://${host}/`)]).toEqual([host, 'ok']);
    }
  });
});

describe('locally', () => {
  it.each([
    ['http://127.0.0.1:9000/hook', '127.0.0.1'],
    ['http://127.1:9000/hook', '127.0.0.1'],
    ['http://localhost:9000/', '127.0.0.1'],
    ['http://localhost.:9000/', '127.0.0.1'],
    ['http://receiver.localhost:9000/', '127.0.0.1'],
    ['http://[::1]:9000/', '::1'],
    ['https://localhost:9443/', '127.0.0.1'],
  ])('%s is a receiver on this machine, for which nothing is resolved', (url, literal) => {
    expect(checkTarget(url, LOCAL)).toMatchObject({ ok: true, value: { literal } });
    expect(verdict(url)).not.toBe('ok');
  });

  it.each([
    ['http://hooks.example.com/', 'scheme'],
    ['http://10.0.0.1:9000/', 'scheme'],
    ['https://10.0.0.1:9000/', 'address private'],
    ['https://169.254.169.254/', 'address link_local'],
    ['https://[::ffff:127.0.0.1]:9000/', 'address ipv4_mapped'],
    ['http://0.0.0.0:9000/', 'scheme'],
    ['http://127.0.0.1:8787/api/ingest', 'own_host'],
    ['http://localhost:8787/', 'own_host'],
    ['http://[::1]:8787/', 'own_host'],
    ['http://127.0.0.1:22/', 'port'],
    ['http://user@127.0.0.1:9000/', 'userinfo'],
    ['https://printer.local/', 'local_name'],
  ])('%s is refused all the same', (url, expected) => {
    expect(verdict(url, LOCAL)).toBe(expected);
  });
});

it('each refusal is told in a sentence that says what to do or what it is', () => {
  const told = (url: string) => {
    const checked = checkTarget(url, PRODUCTION);
    return checked.ok ? '' : targetSentence(checked.error);
  };
  expect(told('https://hooks.example.com:25/')).toContain('Port 25');
  expect(told('https://0x7f.1/')).toBe('The address 127.0.0.1 is loopback, not of the public Internet.');
  const urls = [
    'x',
    'http://a.example',
    'https://u@a.example',
    'https://a.example/#',
    'https://a/',
    'https://breakwater.example.net',
  ];
  expect(new Set(urls.map(told)).size).toBe(urls.length);
});
