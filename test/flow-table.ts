/**
 * The reducer's table. A block for each action; in it, the states and what comes of the action in them: the view (`=` where
 * it stays as it is), then the effects (`ask:a` asks the proxy about flow a). `*` stands for all states not named before it.
 * The states and actions are spelt out in flow-cells.ts.
 */
export const TABLE = `
# configured
loading -> = read
* -> loading read

# configured wrongly
error/first error/later error/config -> = error:missing_account_id
* -> error error:missing_account_id

# initial authorized
loading loading/initial -> authorized
* -> =

# refresh
awaiting awaiting/renewal confirming/hint incomplete unconfirmed -> = read ask:a
* -> = read

# account unauthorized
loading loading/initial error/first error/config -> unauthorized status:none>unauthorized
not-applicable -> unauthorized status:not_applicable>unauthorized
reauthorize error/later -> unauthorized
authorized -> unauthorized status:authorized>unauthorized
awaiting/renewal -> = status:authorized>unauthorized
confirming/resumed -> = status:none>unauthorized
* -> =

# account authorized
loading loading/initial error/first error/config -> authorized status:none>authorized
not-applicable -> authorized status:not_applicable>authorized
unauthorized/cancelled blocked -> authorized status:unauthorized>authorized ask:a
authorized awaiting/renewal -> =
awaiting confirming/hint incomplete unconfirmed -> = status:unauthorized>authorized ask:a
awaiting/closed confirming/ok -> = status:unauthorized>authorized
awaiting/untracked -> authorized status:unauthorized>authorized authorized:poll
confirming/resumed -> = status:none>authorized
* -> authorized status:unauthorized>authorized

# account unknown
loading loading/initial error/first error/config -> unauthorized status:none>unknown
not-applicable -> unauthorized status:not_applicable>unknown
reauthorize error/later -> unauthorized status:unauthorized>unknown
authorized -> unauthorized status:authorized>unknown
awaiting/renewal -> = status:authorized>unknown
confirming/resumed -> = status:none>unknown
* -> = status:unauthorized>unknown

# account-failed
loading loading/initial -> error error:unreachable
awaiting/untracked confirming/resumed -> = error:unreachable
* -> =

# authorize
loading loading/initial not-applicable confirming/ok confirming/hint
confirming/resumed error/first error/config -> =
awaiting awaiting/closed awaiting/untracked awaiting/renewal -> = open:b
* -> awaiting open:b

# authorize, popup open
loading loading/initial not-applicable confirming/ok confirming/hint
confirming/resumed error/first error/config -> =
awaiting awaiting/closed awaiting/untracked awaiting/renewal -> = focus:a
* -> awaiting open:b

# authorize here
loading loading/initial not-applicable confirming/ok confirming/hint
confirming/resumed error/first error/config -> =
awaiting awaiting/closed awaiting/untracked awaiting/renewal -> = navigate:b
* -> awaiting navigate:b

# blocked
unauthorized/cancelled awaiting awaiting/closed awaiting/untracked
awaiting/renewal confirming/ok confirming/hint confirming/resumed incomplete
unconfirmed -> blocked error:popup_blocked
blocked -> = error:popup_blocked
* -> =

# returned ok
unauthorized/cancelled awaiting awaiting/renewal unconfirmed blocked -> confirming ask:a
awaiting/closed awaiting/untracked -> confirming
confirming/hint incomplete -> = ask:a
* -> =

# returned with an error
unauthorized/cancelled awaiting awaiting/renewal unconfirmed blocked -> confirming ask:a
awaiting/closed awaiting/untracked -> confirming
confirming/hint incomplete -> = ask:a
* -> =

# returned, a flow of nobody
* -> =

# closed
awaiting awaiting/renewal -> = ask:a
* -> =

# report pending
awaiting/closed confirming/resumed -> unconfirmed
* -> =

# report processing
awaiting awaiting/closed awaiting/untracked awaiting/renewal unconfirmed -> confirming
* -> =

# report completed
unauthorized/cancelled awaiting awaiting/closed awaiting/untracked unconfirmed
blocked -> authorized status:unauthorized>authorized authorized:poll
awaiting/renewal -> authorized authorized:poll
confirming/ok confirming/hint incomplete -> authorized status:unauthorized>authorized authorized:post-message
confirming/resumed -> authorized status:none>authorized authorized:resume
* -> =

# report completed, unauthorized
awaiting awaiting/closed awaiting/untracked confirming/ok confirming/hint
unconfirmed -> incomplete
awaiting/renewal -> incomplete status:authorized>unauthorized
confirming/resumed -> incomplete status:none>unauthorized
* -> =

# report completed, no account
unauthorized/cancelled awaiting awaiting/closed awaiting/untracked
awaiting/renewal unconfirmed blocked -> confirming read
confirming/ok confirming/hint confirming/resumed incomplete -> = read
* -> =

# report failed
awaiting awaiting/closed awaiting/untracked confirming/ok confirming/hint
incomplete unconfirmed -> failed error:authorization_failed
awaiting/renewal -> failed status:authorized>unauthorized error:authorization_failed
confirming/resumed -> failed status:none>unauthorized error:authorization_failed
* -> =

# report failed, authorized
unauthorized/cancelled awaiting awaiting/closed awaiting/untracked unconfirmed
blocked -> authorized status:unauthorized>authorized authorized:poll
awaiting/renewal -> failed error:authorization_failed
confirming/ok confirming/hint incomplete -> authorized status:unauthorized>authorized authorized:post-message
confirming/resumed -> authorized status:none>authorized authorized:resume
* -> =

# report expired
unauthorized/cancelled awaiting awaiting/closed awaiting/untracked
awaiting/renewal confirming/ok confirming/hint confirming/resumed incomplete
unconfirmed blocked -> = read
* -> =

# flow-unknown
awaiting/closed confirming/resumed -> unconfirmed
confirming/hint incomplete unconfirmed -> = read
* -> =

# flow-unknown late
unauthorized/cancelled awaiting awaiting/closed awaiting/untracked
awaiting/renewal confirming/ok confirming/hint confirming/resumed incomplete
unconfirmed blocked -> = read
* -> =

# untracked
unauthorized/cancelled awaiting awaiting/closed awaiting/untracked
awaiting/renewal confirming/ok confirming/hint confirming/resumed incomplete
unconfirmed blocked -> = read
* -> =

# ask-failed
unauthorized/cancelled awaiting awaiting/untracked awaiting/renewal confirming/ok
confirming/hint confirming/resumed incomplete unconfirmed blocked -> = error:unreachable
awaiting/closed -> unconfirmed error:unreachable
* -> =

# tick at once
* -> =

# tick after 20 s
awaiting awaiting/renewal incomplete unconfirmed -> = ask:a
awaiting/closed confirming/ok confirming/resumed -> unconfirmed
confirming/hint -> failed error:authorization_failed
* -> =

# tick at the end of life
unauthorized/cancelled awaiting awaiting/renewal incomplete unconfirmed blocked -> = ask:a
awaiting/closed confirming/ok confirming/resumed -> unconfirmed
confirming/hint -> failed error:authorization_failed
* -> =

# changed
* -> = read

# wake
loading loading/initial unauthorized/stale error/first error/later error/config -> = read
unauthorized/cancelled awaiting awaiting/renewal blocked -> = ask:a
* -> =

# wake, restored
loading loading/initial unauthorized/stale error/first error/later error/config -> = read
unauthorized/cancelled awaiting awaiting/renewal blocked -> = ask:a
* -> =

# cancel
awaiting awaiting/closed awaiting/untracked confirming/ok confirming/hint
incomplete unconfirmed -> unauthorized close:a
awaiting/renewal -> authorized close:a
confirming/resumed -> loading close:a read
blocked failed -> unauthorized
loading loading/initial -> = read
* -> =

# resume
unauthorized/cancelled awaiting awaiting/closed awaiting/untracked awaiting/renewal
incomplete unconfirmed blocked -> confirming ask:b
confirming/ok confirming/hint confirming/resumed -> = ask:b
* -> confirming ask:b

# overtaken
awaiting awaiting/closed awaiting/untracked confirming/ok confirming/hint
incomplete unconfirmed blocked -> unauthorized
awaiting/renewal -> authorized
confirming/resumed -> loading read
* -> =

# suspend
* -> =
`;
