/** Names of fields as people read them. */

const ACRONYMS =
  'acl api ca cpu dn dns hmac hs html http https id ip json jwk jwt ldap pem rsa sni snis sql ssl tcp tls ttl udp uri url uuid ws'.split(
    ' ',
  );

/** `claims_to_verify` reads `Claims to verify`. */
export function labelOf(name: string): string {
  const words = name.split(/[_-]/).map((word) => (ACRONYMS.includes(word) ? acronym(word) : word));
  const label = words.join(' ');
  return label.charAt(0).toUpperCase() + label.slice(1);
}

function acronym(word: string): string {
  return word === 'snis' ? 'SNIs' : word.toUpperCase();
}

/** The same for all that leads to a value. */
export function labelOfPath(path: string): string {
  const parts = path.replace(/^config\./, '').split('.');
  return parts.map((part) => (/^\d+$/.test(part) ? `${Number(part) + 1}` : labelOf(part))).join(' › ');
}
