/** The page that the popup comes back to. */
import { UserManager } from 'oidc-client-ts';

// It needs no settings to hand its URL over; these are required by the type.
void new UserManager({ authority: '', client_id: '', redirect_uri: '' }).signinPopupCallback();
