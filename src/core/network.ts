import ipaddr from 'ipaddr.js';

/**
 * Whether the URL's host is this machine by its very name: `localhost` (RFC 6761, section 6.3), 127.0.0.0/8 or
 * `::1`. Names that merely resolve to such an address do not count.
 */
export function isLoopbackHost(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (host === 'localhost' || host === '127.0.0.1') {
    return true;
  }
  return ipaddr.isValid(host) && ipaddr.process(host).range() === 'loopback';
}
