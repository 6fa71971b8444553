/** Why a number cannot be; null where it can. What is no number is within no bounds. */
export function boundsFault(value: number, min: number, max: number): string | null {
  return value >= min && value <= max ? null : `A number from ${min} to ${max}`;
}
