import type { Environment } from './expansion.ts';

/**
 * An environment in which names are found whatever their case, as on Windows. Of two names that differ in nothing
 * else the later one counts. Listed under the names as they were written.
 */
export function windowsEnvironment(environment: Environment): Environment {
  const written = new Map<string, string>();
  const variables: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(environment)) {
    const before = written.get(name.toUpperCase());
    if (before !== undefined) {
      delete variables[before];
    }
    written.set(name.toUpperCase(), name);
    variables[name] = value;
  }
  const actual = (name: string | symbol) =>
    typeof name === 'string' ? (written.get(name.toUpperCase()) ?? name) : name;
  return new Proxy(variables, {
    get: (target, name) => Reflect.get(target, actual(name)),
    has: (target, name) => Reflect.has(target, actual(name)),
    getOwnPropertyDescriptor: (target, name) => Reflect.getOwnPropertyDescriptor(target, actual(name)),
  });
}
