/** The CSRF cookie is the one cookie that a page may read. Over HTTPS only the name counts that a sibling domain cannot set. */
export function csrfFrom(cookies: string, isHttps: boolean): string | null {
  const name = isHttps ? '__Host-csrfToken' : 'csrfToken';
  const found = cookies.split('; ').find((pair) => pair.startsWith(`${name}=`));
  const value = found?.slice(name.length + 1) ?? '';
  return value === '' ? null : value;
}
