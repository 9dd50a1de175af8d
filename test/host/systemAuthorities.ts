import { version } from 'vscode';

/**
 * Whether a test can say which authorities VS Code takes for those of the system: on Linux, by SSL_CERT_FILE. VS Code 1.105
 * reads a file in `/etc` instead, which is not for a test to change.
 */
export const choosesSystemAuthorities = process.platform === 'linux' && !version.startsWith('1.105.');
