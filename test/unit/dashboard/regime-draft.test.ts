import { describe, expect, it } from 'vitest';
import {
  draftOf,
  inputOf,
  NO_DUTY,
  nameFrom,
  type RegimeDraft,
  remindersIn,
} from '../../../src/dashboard/pages/compliance/regimes/form/draft.ts';
import {
  periodWords,
  reminderWords,
  withinWords,
} from '../../../src/dashboard/pages/compliance/regimes/regime-words.ts';
import type { Regime } from '../../../src/wire/compliance.ts';

const HOUR_MS = 3_600_000;
const REGIME: Regime = {
  ...{ id: 'lgpd', name: 'LGPD', builtIn: false, version: 3, timeZone: 'America/Sao_Paulo', source: 'Art. 48' },
  breachDuties: [
    {
      ...{ id: 'anpd', label: 'Tell the ANPD', toWhom: 'authority', within: { days: 3 }, when: 'always' },
      ...{ source: 'Art. 48', remindBeforeMs: [24 * HOUR_MS, HOUR_MS / 2] },
    },
  ],
  ...{ erasureWithin: { days: 15 }, reportSections: ['nature', 'timing'] },
};
const draft = (change: Partial<RegimeDraft> = {}): RegimeDraft => ({ ...draftOf(REGIME, false), ...change });

describe('the draft of a regime', () => {
  it('is what was read when nobody has changed it', () => {
    const { id: _, builtIn: __, ...rest } = REGIME;
    expect(inputOf(draft(), 3)).toEqual(rest);
  });

  it('of a new one that begins as another has neither its id nor its name', () => {
    expect(draftOf(REGIME, true)).toMatchObject({ id: '', name: '', timeZone: 'America/Sao_Paulo' });
    expect(inputOf(draftOf(REGIME, true), 0)).toBeNull();
  });

  it.each<[string, Partial<RegimeDraft>]>([
    ['no name', { name: ' ' }],
    ['no source', { source: '' }],
    ['no time zone', { timeZone: '' }],
    ['an id with a dash', { id: 'my-law' }],
    ['no time for erasure', { erasureWithin: { count: 0, unit: 'hours' } }],
    ['an empty time for erasure', { erasureWithin: { count: Number.NaN, unit: 'days' } }],
    ['a duty without words', { duties: [{ ...NO_DUTY, source: 'Art. 1' }] }],
    ['half a day', { duties: [{ ...NO_DUTY, label: 'a', source: 'b', within: { count: 0.5, unit: 'days' } }] }],
    ['reminders that are no numbers', { duties: [{ ...NO_DUTY, label: 'a', source: 'b', remind: 'soon' }] }],
  ])('with %s cannot be saved', (_, change) => {
    expect(inputOf(draft(change), 3)).toBeNull();
  });

  it('keeps the ids of duties that were there, and gives each new one another', () => {
    const [kept] = draftOf(REGIME, false).duties;
    const fresh = { ...NO_DUTY, source: 'Art. 1' };
    const duties = [
      kept ?? NO_DUTY,
      { ...fresh, label: 'ANPD' },
      { ...fresh, label: '72 h' },
      { ...fresh, label: '漢字' },
    ];
    const again = [...duties, { ...fresh, label: 'Other words' }, { ...fresh, label: 'Other  words!' }];
    expect(inputOf(draft({ duties: again }), 3)?.breachDuties.map(({ id }) => id)).toEqual([
      ...['anpd', 'anpd_2', 'h', 'duty', 'other_words', 'other_words_2'],
    ]);
  });

  it('at once is nought hours for a duty', () => {
    const duties = [{ ...NO_DUTY, label: 'a', source: 'b', within: { count: 0, unit: 'hours' as const } }];
    expect(inputOf(draft({ duties }), 3)?.breachDuties[0]?.within).toEqual({ hours: 0 });
  });
});

describe('reminders', () => {
  it.each<[string, number[] | null]>([
    ['', []],
    ['1, 48;24 6', [48, 24, 6, 1]],
    ['24, 24', [24]],
    ['0.5', [0.5]],
    ['0', null],
    ['9000', null],
    ['-1', null],
    ['1 2 3 4 5 6 7 8 9 10 11', null],
  ])('in “%s” are %j hours', (text, hours) => {
    expect(remindersIn(text)).toEqual(hours?.map((n) => n * HOUR_MS) ?? null);
  });
});

describe('the words of a regime', () => {
  it('are whole sentences of its clocks', () => {
    expect([withinWords({ hours: 0 }), withinWords({ hours: 72 }), periodWords({ months: 1 })]).toEqual([
      ...['At once', 'Within 72\u00a0hours', '1\u00a0month'],
    ]);
    expect(reminderWords({ remindBeforeMs: [] })).toBe('None before it is due');
    expect(reminderWords({ remindBeforeMs: [24 * HOUR_MS, HOUR_MS] })).toMatch(/^1.d, 1.h before$/);
    expect(nameFrom('  Título 3: LGPD!')).toBe('titulo_3_lgpd');
  });
});
