import type { DeliverOptions } from './deliverOptions';
import type { Delivery, DeliveryResult } from './delivery';
import { DeliveryRun } from './run';
import { runSettings } from './runSettings';

/**
 * Delivers to all subscribers, each in its turn: a slow one, or one that fails, holds back nobody else.
 * Short faults are tried again within the budget; the rest is told to come later, or is given up.
 *
 * @param deliveries are all read at the start
 * @returns what became of each, in the order of the deliveries; a delivery that fails is a result, too
 */
export async function deliverAll(
	deliveries: Iterable<Delivery>,
	options: DeliverOptions,
): Promise<DeliveryResult[]> {
	return await new Promise((resolve) => {
		new DeliveryRun(runSettings(options), resolve).start(deliveries);
	});
}
