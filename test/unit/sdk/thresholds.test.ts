import { describe, expect, it } from 'vitest';
import { CLSThresholds, FCPThresholds, INPThresholds, LCPThresholds, TTFBThresholds } from 'web-vitals';
import { ratingOf, VITAL_THRESHOLDS, VITALS } from '../../../src/wire/vitals.ts';

describe('the thresholds of vitals', () => {
  it('are those of web-vitals, and for FID, which it no longer measures, those of web.dev/articles/fid', () => {
    expect(VITAL_THRESHOLDS).toEqual({
      LCP: LCPThresholds,
      INP: INPThresholds,
      CLS: CLSThresholds,
      FCP: FCPThresholds,
      TTFB: TTFBThresholds,
      FID: [100, 300],
    });
  });

  it('are the last values of their ratings', () => {
    for (const name of VITALS) {
      const [good, poor] = VITAL_THRESHOLDS[name];
      const ratings = [0, good, good + 1e-6, poor, poor + 1e-6].map((value) => ratingOf(name, value));
      expect([name, ...ratings]).toEqual([name, 'good', 'good', 'needs-improvement', 'needs-improvement', 'poor']);
    }
  });
});
