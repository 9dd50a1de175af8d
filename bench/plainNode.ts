/** How Node is started to run TypeScript by itself: its own loader costs less than tsx. */
export const plainNode = [
  '--experimental-strip-types',
  '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
] as const;
