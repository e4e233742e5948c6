import type { IHookFunctions } from 'n8n-workflow';
import type { RegistrationRecord } from '../../../lib/registration/slotRegistration';

/** Where the records of what a node registered live between publishing and unpublishing. */
interface NodeState {
	registrations?: RegistrationRecord[];
}

/** What the node is registered on. */
export function recordsOf(context: IHookFunctions): RegistrationRecord[] {
	return state(context).registrations ?? [];
}

/** Keeps a record, in the place of an earlier one of the same account. */
export function keep(context: IHookFunctions, record: RegistrationRecord): void {
	forget(context, record.target);
	state(context).registrations = [...recordsOf(context), record];
}

/** Forgets an account. */
export function forget(context: IHookFunctions, target: string): void {
	const left = recordsOf(context).filter((record) => record.target !== target);
	if (left.length > 0) state(context).registrations = left;
	else delete state(context).registrations;
}

function state(context: IHookFunctions): NodeState {
	return context.getWorkflowStaticData('node') as NodeState;
}
