/** The most events of a window that facts count: what they rest on stays bounded (wire/fraud.ts). */
export const MAX_COUNTED = 500;
