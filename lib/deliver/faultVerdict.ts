import { AddressRefusedError, type AddressRefusal } from '../net/guard/addressGuard';
import { networkFault, type NetworkFaultKind } from '../net/fault';
import type { Verdict } from './verdict';

/** A request that its time limit ended. */
export class AttemptTimeout extends Error {
	override readonly name = 'AttemptTimeout';

	constructor(
		readonly limitMs: number,
		/** Whether there was a connection: then the receiver may have acted on the request. */
		readonly connected: boolean,
	) {
		super();
	}
}

const REASONS: Readonly<Record<NetworkFaultKind, string>> = {
	refused: 'connection_refused',
	nameNotFound: 'name_not_found',
	certificate: 'certificate',
	tls: 'tls',
	timeout: 'timeout',
	lost: 'connection_lost',
	unreachable: 'unreachable',
};

/** Faults that last until somebody mends them. */
const LASTING: ReadonlySet<NetworkFaultKind> = new Set(['certificate', 'tls']);

/** Undici's codes for what it gave up to read. */
const NOT_HTTP: ReadonlySet<string | undefined> = new Set([
	'UND_ERR_HEADERS_OVERFLOW',
	'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);

/**
 * What it means that there was no answer. All speak against the host; no secret is in the words.
 *
 * @param fault what the connection failed with
 * @param origin of the receiver
 */
export function verdictOfFault(fault: unknown, origin: string): Verdict {
	const refusal = refusalOf(fault);
	if (refusal !== undefined) return verdictOfRefusal(refusal);
	if (fault instanceof AttemptTimeout) return timedOut(fault, origin);
	const code = codeOf(fault);
	if (isParserError(fault) || NOT_HTTP.has(code)) {
		return failed(
			'invalid_answer',
			`${origin} answered with something that is not HTTP. Check the address and the server of the receiver.`,
			'inRun',
		);
	}
	if (code === 'ENOTFOUND') {
		const { message, description } = networkFault(fault, origin);
		return failed('name_not_found', `${message}. ${description}`, 'bySchedule');
	}
	const { kind, message, description } = networkFault(fault, origin);
	const retry = LASTING.has(kind) ? 'bySchedule' : 'inRun';
	return failed(REASONS[kind], `${message}. ${description}`, retry);
}

/** An address that may not be called; its name may be mended, so the schedule goes on. */
export function verdictOfRefusal({ reason, message }: AddressRefusal): Verdict {
	const word = reason === 'name_not_found' ? reason : 'address_refused';
	return failed(word, message, 'bySchedule');
}

function timedOut({ limitMs, connected }: AttemptTimeout, origin: string): Verdict {
	const seconds = limitMs / 1000;
	return failed(
		'timeout',
		connected
			? `${origin} did not answer within ${seconds} seconds. It may have got the event: it comes again with the same webhook-id. The receiver should answer first and work afterwards.`
			: `There was no connection to ${origin} within ${seconds} seconds. Check the address and the network.`,
		'inRun',
	);
}

function failed(reason: string, message: string, retry: Verdict['retry']): Verdict {
	return { delivered: false, reason, message, retry, slowsDown: false, blamesHost: true };
}

/** A connection that tried several addresses has one error for each. */
function refusalOf(fault: unknown): AddressRefusal | undefined {
	if (fault instanceof AddressRefusedError) return fault.refusal;
	if (!(fault instanceof Error)) return undefined;
	if (fault instanceof AggregateError) {
		return fault.errors.map(refusalOf).find((refusal) => refusal !== undefined);
	}
	return refusalOf(fault.cause);
}

/** Undici's error of its HTTP parser, which not always has a code. */
function isParserError(fault: unknown): boolean {
	return fault instanceof Error && fault.name === 'HTTPParserError';
}

function codeOf(fault: unknown): string | undefined {
	const code: unknown = fault instanceof Error && 'code' in fault ? fault.code : undefined;
	return typeof code === 'string' ? code : undefined;
}
