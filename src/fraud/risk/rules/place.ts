import { grouped, spanText } from '../numbers.ts';
import type { Rule } from '../types.ts';

const HOUR_MS = 3_600_000;
/** How far the place of an address may be wrong: city databases give a radius of 50 km for most addresses, at both ends of the way. */
const GEOLOCATION_ERROR_KM = 100;

/**
 * Two places that nobody travels between in the time. Threshold: km/h; 100 to 10,000. Default 900: airliners cruise at Mach 0.78 to 0.85, which is
 * 830 to 905 km/h. The first 100 km do not count (GEOLOCATION_ERROR_KM). A VPN or a carrier's gateway elsewhere looks the same, which is why its
 * default leads to a review and not to a refusal.
 */
export const impossibleTravel: Rule = ({ travel }, { points, threshold }) => {
  if (travel === null) return null;
  const sureKm = travel.km - GEOLOCATION_ERROR_KM;
  if (sureKm <= 0 || sureKm <= (threshold * travel.elapsedMs) / HOUR_MS) return null;
  return {
    points,
    detail: `${grouped(travel.km)} km from the last place in ${spanText(travel.elapsedMs)}; ${grouped(threshold)} km/h are possible`,
  };
};

/**
 * Another country than at the user's last event. Weak: see score.ts. Threshold: hours within which the change counts; 1 to 720, whole. Default 24: a
 * traveller changes country too, but seldom twice a day.
 */
export const countryChange: Rule = ({ countryChange: change }, { points, threshold }) => {
  if (change === null || change.elapsedMs >= threshold * HOUR_MS) return null;
  return {
    points,
    detail: `From ${change.from} to ${change.to} in ${spanText(change.elapsedMs)}; within ${spanText(threshold * HOUR_MS)} it counts`,
  };
};
