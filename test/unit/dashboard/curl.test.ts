import { describe, expect, it } from 'vitest';
import { curlCommand } from '../../../src/dashboard/lib/curl.ts';

describe('the command that is shown with a new key', () => {
  it('comes from the page that a browser key is bound to, else from none', () => {
    const command = curlCommand('https://edge.example', 'bw_1', 'https://shop.example');
    expect(command).toContain("  -H 'Origin: https://shop.example' \\\n");
    expect(curlCommand('https://edge.example', 'bw_1')).not.toContain('Origin');
  });
});
