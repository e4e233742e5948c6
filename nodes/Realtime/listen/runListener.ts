import {
	NodeOperationError,
	type IDataObject,
	type ITriggerFunctions,
	type ITriggerResponse,
} from 'n8n-workflow';
import { inWords, RealtimeFailure } from '../../../lib/net/failure';
import { Listener, type Gap } from '../../../lib/realtime/listener';
import { eventSelector, type EventSelector } from '../../../lib/realtime/receivedMessage';
import type { CaughtUp, RealtimeSource } from '../../../lib/realtime/source';
import { askEgressPolicy } from '../../shared/egress/egress';
import { assertN8nVersion } from '../../shared/n8nVersion';
import { EmitEvents } from './emitEvents';
import { readListenOptions } from './listenOptions';
import type { Egress, ListenTransport } from './listenTransport';
import { ListeningOverCluster } from './overCluster';

/**
 * The body of `trigger()`: listens until n8n closes it.
 *
 * @param transports those that the parameter 'Transport' chooses from
 */
export async function listen(
	context: ITriggerFunctions,
	transports: readonly ListenTransport[],
): Promise<ITriggerResponse> {
	assertN8nVersion(context.getNode());
	// All parameters, before anything is connected: n8n can evaluate no expression afterwards.
	const settings: Omit<ListenSettings, 'cluster'> = {
		selects: readOrTell(context, () => eventSelector(context.getNodeParameter('events', '*'))),
		reportsGaps: readListenOptions(context).reportGaps === true,
	};
	const source = await openSource(context, transports);
	const cluster = ListeningOverCluster.of(context);
	const listener = createListener(context, source, { ...settings, cluster });
	const start = async () => {
		try {
			const from = await cluster?.begin();
			await listener.start(from && { from, failure: NOBODY_LISTENED });
		} catch (error) {
			await cluster?.leave();
			throw fatal(context, error as RealtimeFailure);
		}
	};
	const closeFunction = async () => {
		listener.close();
		await cluster?.leave();
	};
	if (context.getMode() === 'manual') return { closeFunction, manualTriggerFunction: start };
	await start();
	return { closeFunction };
}

async function openSource(
	context: ITriggerFunctions,
	transports: readonly ListenTransport[],
): Promise<RealtimeSource> {
	const id = context.getNodeParameter('transport');
	const transport = transports.find((candidate) => candidate.id === id);
	if (transport === undefined) {
		throw new NodeOperationError(
			context.getNode(),
			`'Transport' is not supported by this node. Choose one of: ${transports.map(({ displayName }) => displayName).join(', ')}.`,
		);
	}
	return await transport.open(context, egressOf(context));
}

/** What the parameters that all transports have say. */
interface ListenSettings {
	readonly selects: EventSelector;
	readonly reportsGaps: boolean;
	/** Undefined where one process does everything. */
	readonly cluster: ListeningOverCluster | undefined;
}

/** Why events are missing where it was not the connection. */
const NOBODY_LISTENED = new RealtimeFailure(
	'n8n did not listen: it was restarted, or another main process took over',
);

function createListener(
	context: ITriggerFunctions,
	source: RealtimeSource,
	{ selects, reportsGaps, cluster }: ListenSettings,
): Listener {
	const events = new EmitEvents(context, selects);
	const about = { node: context.getNode().name, workflowId: context.getWorkflow().id };
	const tellGap = (gap: Gap, caughtUp: CaughtUp) => {
		context.logger[caughtUp === true ? 'info' : 'warn'](
			`${source.name}: ${describe(gap, caughtUp)}`,
			about,
		);
		if (caughtUp !== true && reportsGaps) {
			context.emit([[{ json: gapEvent(source, gap, caughtUp) }]]);
		}
	};
	const listener = new Listener(source, {
		cursor: () => {
			events.restart();
			return events.cursor;
		},
		message: (message) => {
			if (cluster === undefined || cluster.takes(message)) events.emit(message);
		},
		warn: (problem) => context.logger.warn(`${source.name}: ${problem}`, about),
		reconnected: tellGap,
		died: (failure) => {
			listener.close();
			context.emitError(fatal(context, failure));
		},
	});
	cluster?.keep(
		() => listener.caughtUp !== undefined,
		(since, isLost) => {
			const gap = { from: since, until: new Date(), failure: NOBODY_LISTENED };
			tellGap(gap, isLost ? false : (listener.caughtUp ?? false));
		},
	);
	return listener;
}

function describe({ from, until, failure }: Gap, caughtUp: CaughtUp): string {
	const span = `between ${from.toISOString()} and ${until.toISOString()}`;
	if (typeof caughtUp === 'object') {
		return `connected again after being disconnected ${span} (${failure.message}). ${caughtUp.summary}`;
	}
	return caughtUp
		? `connected again, nothing was missed ${span}`
		: `connected again; events sent ${span} are lost because the server keeps no history (${failure.message})`;
}

/** An envelope like any other, so that a workflow can react to it. */
function gapEvent(
	source: RealtimeSource,
	{ from, until, failure }: Gap,
	caughtUp: CaughtUp,
): IDataObject {
	const data = {
		from: from.toISOString(),
		until: until.toISOString(),
		reason: failure.message,
		...(typeof caughtUp === 'object' ? caughtUp.details : {}),
	};
	return {
		specversion: '1.0',
		id: `gap/${from.getTime()}`,
		source: '/realtime',
		type: 'realtime.gap',
		subject: source.name,
		time: until.toISOString(),
		datacontenttype: 'application/json',
		verification: 'connection',
		dedupekey: `realtime.gap|${from.getTime()}`,
		data: { ...data, raw: data },
	};
}

/** All in the message: of a failed publication n8n shows nothing else. */
function fatal(context: ITriggerFunctions, failure: RealtimeFailure) {
	const words = inWords(failure);
	const error = new NodeOperationError(context.getNode(), words);
	// n8n puts a general text in place of any message with a code such as ECONNREFUSED in it.
	error.message = words;
	return error;
}

/** Runs a reader; of its errors, n8n shows a failed publication nothing but the message. */
export function readOrTell<T>(context: ITriggerFunctions, read: () => T): T {
	try {
		return read();
	} catch (error) {
		throw new NodeOperationError(context.getNode(), inWords(error));
	}
}

/** n8n's egress policy, whose refusal is one that does not pass by itself. */
function egressOf(context: ITriggerFunctions): Egress {
	return async (origin) => {
		const verdict = await askEgressPolicy(context, origin);
		if (verdict.allowed) return verdict.lookup;
		const { message, description } = verdict;
		throw new RealtimeFailure(message, { description, permanent: true });
	};
}
