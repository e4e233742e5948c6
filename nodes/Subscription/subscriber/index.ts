export { executeSubscriber } from './executeSubscriber';
export { subscriberProperties } from './properties';
