import { inspect } from 'node:util';
import { requireFromN8n } from './n8nCore.mts';

const LEVELS = ['error', 'warn', 'info', 'debug'];

const { Container } = requireFromN8n('@n8n/di') as {
	Container: { get(type: unknown): object; set(type: unknown, value: unknown): void };
};
const { Logger } = requireFromN8n('@n8n/backend-common') as { Logger: unknown };

const listeners = new Set<string[]>();

const keeps = (level: string) => ({
	value: (...args: unknown[]) => {
		const line = `${level} ${inspect(args, { depth: 10 })}`;
		for (const lines of listeners) lines.push(line);
	},
});

/**
 * n8n's logger, whose lines the tests keep rather than print: they cause many warnings on purpose.
 * It inherits from the logger, since n8n makes levels that are switched off (debug) properties that
 * can neither be set nor be answered otherwise by a proxy.
 */
const tapped = Object.create(
	Container.get(Logger),
	Object.fromEntries(LEVELS.map((level) => [level, keeps(level)])),
) as object;
Container.set(Logger, tapped);

/** Collects what nodes write to n8n's log from now on. */
export function captureLog(): { text(): string; stop(): void } {
	const lines: string[] = [];
	listeners.add(lines);
	return { text: () => lines.join('\n'), stop: () => void listeners.delete(lines) };
}
