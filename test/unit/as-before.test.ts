import { expect, it, vi } from 'vitest';

it.each(['one test', 'another'])('%s finds clock, methods and globals as they were, whatever was before it', () => {
  expect(vi.isFakeTimers()).toBe(false);
  expect(vi.isMockFunction(Date.now)).toBe(false);
  expect('replaced' in globalThis).toBe(false);
  vi.spyOn(Date, 'now').mockReturnValue(0);
  vi.stubGlobal('replaced', true);
  vi.useFakeTimers({ toFake: ['setTimeout'] });
});
