import { createHash } from 'node:crypto';
import { always, type Turns } from './turns.ts';

/**
 * Lets the hashing of keys take turns as well, in place of the threads of the machine, whose order nobody can
 * repeat. @returns how to undo it
 */
export function scheduleDigests(turns: Turns): () => void {
  const { subtle } = crypto;
  const digest = async (_algorithm: string, data: Uint8Array): Promise<Uint8Array> => {
    const hash = createHash('sha256').update(data).digest();
    await turns.wait(always);
    return hash;
  };
  Object.defineProperty(subtle, 'digest', { configurable: true, value: digest });
  return () => {
    Reflect.deleteProperty(subtle, 'digest');
  };
}
