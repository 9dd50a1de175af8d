import { type BenchClient, serveBench } from './serveBench.ts';

/** One request, and another: what everything else is a multiple of. */
const one: BenchClient = {
  async signIn({ mcpUrl }, report) {
    const url = new URL('/one', mcpUrl);
    report.clicked();
    await (await fetch(url)).json();
    report.opened(new URL('/authorize', mcpUrl));
  },
  deliver: () => undefined,
};

serveBench(one);
