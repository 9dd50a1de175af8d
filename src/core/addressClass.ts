import ipaddr from 'ipaddr.js';

/**
 * Who can mean something by a host: everybody, one network, one link, one machine; `reserved` is what nobody
 * is to contact (unspecified, multicast, documentation, translated and future addresses).
 */
export type AddressClass = 'linkLocal' | 'loopback' | 'private' | 'public' | 'reserved';

const addressClasses: Readonly<Record<string, AddressClass>> = {
  unicast: 'public',
  private: 'private',
  uniqueLocal: 'private',
  deprecatedSiteLocal: 'private',
  carrierGradeNat: 'private',
  linkLocal: 'linkLocal',
  loopback: 'loopback',
};

/** Names that never are public (RFC 6761, section 6.3; RFC 6762, section 3; RFC 8375; ICANN's `internal`). */
const nameClasses: readonly (readonly [RegExp, AddressClass])[] = [
  [/(?:^|\.)localhost$/, 'loopback'],
  [/\.local$/, 'linkLocal'],
  [/\.(?:internal|home\.arpa)$/, 'private'],
  // Without a dot: found by a search list, or in a file of this machine.
  [/^[^.]*$/, 'private'],
];

/**
 * The class of a URL's host by what it says: no name is resolved. URLs know one form of each IPv4 address, so
 * decimal, octal and hexadecimal ones need no care, and a mapped one (`::ffff:10.0.0.1`) counts as what it maps.
 */
export function addressClass(url: URL): AddressClass {
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (ipaddr.isValid(host)) {
    return addressClasses[ipaddr.process(host).range()] ?? 'reserved';
  }
  return nameClasses.find(([name]) => name.test(host))?.[1] ?? 'public';
}

const privacy: Readonly<Record<AddressClass, number>> = {
  public: 0,
  reserved: 0,
  private: 1,
  linkLocal: 2,
  loopback: 3,
};

/**
 * Whether one server may send this machine to another: to nothing more private than it is itself, since it could
 * not have known that it is there, let alone mean well. A server on this machine may lead anywhere.
 *
 * @see RFC 9728, section 7.7; https://modelcontextprotocol.io/docs/tutorials/security/security_best_practices (SSRF)
 */
export function mayLeadTo(from: URL, to: URL): boolean {
  const target = addressClass(to);
  return (
    from.hostname === to.hostname || (target !== 'reserved' && privacy[addressClass(from)] >= privacy[target])
  );
}
