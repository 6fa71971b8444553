/** Whether a host of a URL is this very machine, to which browsers send over plain HTTP as if it were secure (W3C Secure Contexts, 3.1). */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  );
}
