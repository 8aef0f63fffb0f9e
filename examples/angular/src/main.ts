import 'destination-oauth';
import { Component, computed, CUSTOM_ELEMENTS_SCHEMA, provideZonelessChangeDetection, signal } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import type { OAuthAuthorizedEvent, OAuthErrorEvent, OAuthStatusChangeEvent } from 'destination-oauth';

@Component({
  selector: 'app-destinations',
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: `
    <main>
      <h1>Destinations</h1>
      @for (id of accounts; track id) {
        <destination-oauth
          [attr.account-id]="id"
          proxy-url="/api/destination-oauth"
          (oauth-status-change)="onStatusChange($event)"
          (oauth-authorized)="onAuthorized($event)"
          (oauth-error)="onError($event)"
        ></destination-oauth>
      }
      <output>{{ text() }}</output>
    </main>
  `,
})
class Destinations {
  readonly accounts = ['da_brightfjord_eu', 'da_quillo_main'];
  readonly log = signal<readonly string[]>([]);
  readonly text = computed(() => this.log().join('\n'));

  onStatusChange({ accountId, oauthStatus }: OAuthStatusChangeEvent): void {
    this.#note(`${accountId} is ${oauthStatus}`);
  }

  onAuthorized({ accountId, channel }: OAuthAuthorizedEvent): void {
    this.#note(`authorized ${accountId} by ${channel}`);
  }

  onError({ accountId, error }: OAuthErrorEvent): void {
    this.#note(`${accountId}: ${error.code}`);
  }

  #note(line: string): void {
    this.log.update((lines) => [...lines, line]);
  }
}

void bootstrapApplication(Destinations, { providers: [provideZonelessChangeDetection()] });
