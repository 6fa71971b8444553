import { counted, spanText } from '../numbers.ts';
import type { Rule } from '../types.ts';

const MINUTE_MS = 60_000;

/**
 * A user who has other devices acts from one that is new to them. Threshold: minutes for which a device is new, since this user was first seen on
 * it; 1 to 43,200 (30 days), whole. Default 720: twelve hours is how long banks in Singapore hold a new device back (MAS and ABS, January 2022). The
 * first device of a user is nothing unusual, and an event without a device says nothing.
 */
export const newDevice: Rule = ({ deviceOfUser }, { points, threshold }) => {
  if (deviceOfUser === null || deviceOfUser.otherDevices === 0) return null;
  const newForMs = threshold * MINUTE_MS;
  if (deviceOfUser.sinceMs >= newForMs) return null;
  const { sinceMs } = deviceOfUser;
  const since = sinceMs < MINUTE_MS ? 'first seen just now' : `first seen ${spanText(sinceMs)} ago`;
  const others = counted(deviceOfUser.otherDevices, 'other device', 'other devices');
  return {
    points,
    detail: `A device new to this user, ${since}; the user has ${others}, and one is new for ${spanText(newForMs)}`,
  };
};

/**
 * Several accounts on one device. Threshold: other users within 30 days from which on it counts; 1 to 100, whole. Default 3: a household has two to
 * three people on average, so that up to two others are usual.
 */
export const deviceShared: Rule = ({ otherUsersOnDevice }, { points, threshold }) => {
  if (otherUsersOnDevice < threshold) return null;
  const others = counted(otherUsersOnDevice, 'other user', 'other users');
  return { points, detail: `${others} on this device within 30 days; from ${threshold} on it counts` };
};
