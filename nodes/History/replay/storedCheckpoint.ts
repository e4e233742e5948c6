import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { readCheckpoint, type Checkpoint, type Position } from '../../../lib/replay/checkpoint';
import type { ExecutionStanding } from '../../../lib/replay/admission';

/** Field of the node's static data. n8n saves them when an execution of a published workflow ends. */
const FIELD = 'replay';

/** Where the last run of this node ended. */
export class StoredCheckpoint {
	private readonly kept: Checkpoint;

	constructor(private readonly context: IExecuteFunctions) {
		this.kept = readCheckpoint(context.getWorkflowStaticData('node')[FIELD]);
	}

	/**
	 * @param statusOf how the execution stands into whose workflow the last events went
	 * @returns undefined before the first run
	 */
	async position(
		statusOf: (executionId: string) => Promise<ExecutionStanding>,
	): Promise<Position | undefined> {
		const { position, next } = this.kept;
		if (next === undefined) return position;
		const standing = await statusOf(next.executionId);
		return standing === 'succeeded' || standing === 'gone' ? next.position : position;
	}

	save(position: Position): void {
		this.write({ position });
	}

	/** The position counts once this execution has succeeded. */
	saveForSuccess(from: Position | undefined, position: Position): void {
		const next = { position, executionId: this.context.getExecutionId() };
		this.write(from === undefined ? { next } : { position: from, next });
	}

	private write(checkpoint: Checkpoint): void {
		this.context.getWorkflowStaticData('node')[FIELD] = structuredClone(checkpoint) as IDataObject;
	}
}
