import { beforeEach, describe, expect, it, vi } from 'vitest';
import { startHeartbeat } from '../../src/dashboard/lib/heartbeat.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

function started() {
  const said = { pings: 0, deaths: 0 };
  const heartbeat = startHeartbeat({
    ping: () => said.pings++,
    dead: () => said.deaths++,
  });
  return { said, heartbeat };
}

describe('the heartbeat of the dashboard', () => {
  it('pings every 10 seconds and is content with any answer', () => {
    const { said, heartbeat } = started();
    for (let seconds = 0; seconds < 120; seconds += 5) {
      vi.advanceTimersByTime(5_000);
      if (seconds % 10 === 5) heartbeat.heard();
    }
    expect(said).toEqual({ pings: 12, deaths: 0 });
  });

  it('takes records for a sign of life: on a slow link the PONG waits behind them', () => {
    const { said, heartbeat } = started();
    // No PONG for two minutes, a frame of records every 9 seconds.
    for (let seconds = 0; seconds < 120; seconds += 9) {
      vi.advanceTimersByTime(9_000);
      heartbeat.heard();
    }
    expect(said.deaths).toBe(0);
  });

  it('says that a line is dead after 10 seconds of silence, also while it goes on pinging', () => {
    const { said } = started();
    vi.advanceTimersByTime(19_999);
    expect(said).toEqual({ pings: 1, deaths: 0 });
    vi.advanceTimersByTime(1);
    expect(said.deaths).toBe(1);
  });

  it('is quiet once it has been stopped', () => {
    const { said, heartbeat } = started();
    vi.advanceTimersByTime(10_000);
    heartbeat.stop();
    vi.advanceTimersByTime(60_000);
    expect(said).toEqual({ pings: 1, deaths: 0 });
  });
});
