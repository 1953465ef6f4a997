export { createChatNotices } from './chat-notices.ts';
