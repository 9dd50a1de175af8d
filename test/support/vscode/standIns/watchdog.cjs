/**
 * Takes the place of native-watchdog, a native module that would need a compiler. The extension host also
 * looks after its parent by itself, once a second.
 */
exports.start = () => {};
exports.exit = (code) => process.exit(code ?? 0);
