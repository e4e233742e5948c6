import { inspect } from 'node:util';
import { requireFromN8n } from './n8nCore.mts';

const LEVELS = ['error', 'warn', 'info', 'debug'];

const { Container } = requireFromN8n('@n8n/di') as {
	Container: { get(type: unknown): object; set(type: unknown, value: unknown): void };
};
const { Logger } = requireFromN8n('@n8n/backend-common') as { Logger: unknown };

const listeners = new Set<string[]>();

/** n8n's logger, whose lines the tests keep rather than print: they cause many warnings on purpose. */
const tapped = new Proxy(Container.get(Logger), {
	get(logger, name: string) {
		if (!LEVELS.includes(name)) return Reflect.get(logger, name) as unknown;
		return (...args: unknown[]) => {
			const line = `${name} ${inspect(args, { depth: 10 })}`;
			for (const lines of listeners) lines.push(line);
		};
	},
});
Container.set(Logger, tapped);

/** Collects what nodes write to n8n's log from now on. */
export function captureLog(): { text(): string; stop(): void } {
	const lines: string[] = [];
	listeners.add(lines);
	return { text: () => lines.join('\n'), stop: () => void listeners.delete(lines) };
}
