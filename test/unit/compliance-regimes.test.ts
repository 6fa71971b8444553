import { describe, expect, it } from 'vitest';
import { BUILT_IN_REGIMES } from '../../src/compliance/regimes/built-in.ts';
import { regimeSchema } from '../../src/compliance/regimes/schema.ts';
import { isTimeZone } from '../../src/shared/calendar.ts';

const own = {
  ...{ name: 'Own', timeZone: 'Asia/Kathmandu', erasureWithin: { months: 2 }, reportSections: ['nature', 'cause'] },
  ...{ source: 'Policy 7', version: 0 },
  breachDuties: [
    {
      ...{
        id: 'notify',
        label: 'Notify',
        toWhom: 'authority',
        within: { hours: 24 },
        remindBeforeMs: [60_000, 3_600_000],
      },
      ...{ when: 'always', source: 'Policy 7' },
    },
  ],
};

describe('regimes that are built in', () => {
  it('would be taken as one of an administrator’s own', () => {
    for (const { id: _, builtIn: __, ...regime } of BUILT_IN_REGIMES) {
      expect(regimeSchema.safeParse(regime).error?.issues ?? []).toEqual([]);
      expect(isTimeZone(regime.timeZone)).toBe(true);
    }
  });

  it('have each version once, and count them from 1', () => {
    for (const id of new Set(BUILT_IN_REGIMES.map((regime) => regime.id))) {
      const versions = BUILT_IN_REGIMES.filter((regime) => regime.id === id).map(({ version }) => version);
      expect(versions).toEqual(versions.map((_, i) => i + 1));
    }
  });

  it('say of each duty where the law says so', () => {
    const sources = BUILT_IN_REGIMES.flatMap(({ breachDuties }) => breachDuties.map(({ source }) => source));
    expect(sources).toEqual([
      ...['GDPR Art. 33(1)', 'GDPR Art. 34(1)', 'DPDP Rules 2025, rule 7(2)(a)', 'DPDP Rules 2025, rule 7(1)'],
      'DPDP Rules 2025, rule 7(2)(b)',
    ]);
  });
});

describe('a regime of an administrator’s own', () => {
  it('is taken, its reminders in the order in which they are given', () => {
    expect(regimeSchema.parse(own).breachDuties[0]?.remindBeforeMs).toEqual([3_600_000, 60_000]);
  });

  it.each<[string, object, string]>([
    ['a zone that no clock has', { timeZone: 'Mars/Olympus' }, 'timeZone'],
    ['two duties of one id', { breachDuties: [...own.breachDuties, ...own.breachDuties] }, 'breachDuties'],
    ['a period of two kinds', { erasureWithin: { days: 1, months: 1 } }, 'erasureWithin'],
    ['half a month', { erasureWithin: { months: 0.5 } }, 'erasureWithin'],
    ['no time for erasure', { erasureWithin: { hours: 0 } }, 'erasureWithin'],
    ['a section that no report has', { reportSections: ['weather'] }, 'reportSections'],
    ['a section twice', { reportSections: ['nature', 'nature'] }, 'reportSections'],
    ['what it does not know', { hours: 72 }, ''],
  ])('is refused with %s', (_, change, field) => {
    const { error } = regimeSchema.safeParse({ ...own, ...change });
    expect(error?.issues[0]?.path[0] ?? '').toBe(field);
  });
});
