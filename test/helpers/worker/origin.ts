/** Plain HTTP to loopback, as `npm start` serves it: cookies have their plain names. */
export const ORIGIN = 'http://localhost';
