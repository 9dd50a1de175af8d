/** The path of a URL as it may be shown: parts as long as a credential are left out. */
export function shownPath({ pathname }: URL): string {
  return pathname.replace(/[^/]{20,}/g, '…').slice(0, 200);
}
