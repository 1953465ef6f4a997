// Announced, each followed by the id of a webhook.

/** There are deliveries to it that may begin. */
export const deliveryTopic = 'webhook-deliveries:';
/** Its settings or its secret are others, or it is not to be sent anything. */
export const settingsTopic = 'webhook-settings:';
/** It is deleted. */
export const goneTopic = 'webhook-gone:';
