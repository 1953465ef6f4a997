import { object, required, text } from '../../platform/schema.ts';
import { longestText } from './content-body.ts';

export const reactionBody = object({
  emoji: required(text({ min: 0, max: 40 }).example('👍').description('One emoji; empty takes the reaction back.')),
});
export const editBody = object({
  text: required(text({ max: longestText }).description('What the message says from now on.')),
});
