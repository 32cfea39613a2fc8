# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_referralloop_global_optspecs
    string join \n profile= config= store= api-url= format= json color= q/quiet v/verbose no-input y/yes h/help V/version
end

function __fish_referralloop_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_referralloop_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_referralloop_using_subcommand
    set -l cmd (__fish_referralloop_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c referralloop -n "__fish_referralloop_needs_command" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_needs_command" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_needs_command" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_needs_command" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_needs_command" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_needs_command" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_needs_command" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_needs_command" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_needs_command" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_needs_command" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_needs_command" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_needs_command" -s V -l version -d 'Print version'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "demo" -d 'See the whole story in one process: a sandbox, a login, subscriptions, sign-ups, verified deliveries, a retry'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "listen" -d 'Receive deliveries: verify, store, show and forward them'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "trigger" -d 'Fabricate an event, sign it and deliver it with the documented retries'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "load" -d 'Send many events to an endpoint on this machine, and measure how it answers'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "rehearse" -d 'Deliver as production does: repeated, lost, late and out of order, and judge the effects'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "replay" -d 'Deliver stored events again, byte for byte, and show what changed'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "events" -d 'Look at stored events, share them, remove them'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "expect" -d 'Run a command and assert which events arrive meanwhile (CI)'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "verify" -d 'Check a signature for a body; exit 0 if it is valid, 1 if not, with the reason'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "sign" -d 'Print the signature of a body: sha256= and 64 hexadecimal digits'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "sandbox" -d 'Emulate the hosted API on this machine, with real deliveries and retries'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "secret" -d 'Show, create or set the webhook secret of this profile'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "subscribe" -d 'Have the service deliver events to a URL'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "unsubscribe" -d 'End subscriptions, by id, by URL or all of them'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "subscriptions" -d 'List the subscriptions that were made here, and clean up what earlier runs left'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "waitlists" -d 'List the waitlists of the workspace'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "signups" -d 'List, show, create and delete sign-ups of a waitlist'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "reconcile" -d 'Find what was missed: compare the service\'s sign-ups with what arrived, and deliver the missing events'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "login" -d 'Check an API key against the service and store it for this profile'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "logout" -d 'Remove the stored API key of this profile'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "whoami" -d 'Show which API key is used, where it comes from and what the service answers to it'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "doctor" -d 'Check configuration, secret, clock, port, app and API, and say what to do'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "test" -d 'Audit an endpoint: 88 checks of what a webhook receiver must withstand'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "config" -d 'Show and change settings'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c referralloop -n "__fish_referralloop_needs_command" -f -a "man" -d 'Print the manual page of referralloop, or of one of its commands'
complete -c referralloop -n "__fish_referralloop_using_subcommand demo" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand demo" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand demo" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand demo" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand demo" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand demo" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand demo" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand demo" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand demo" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand demo" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand demo" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -s p -l port -d 'Listen on this port; 0 picks a free one [default: 4242]' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l bind -d 'Listen on this address [default: 127.0.0.1]' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l path -d 'Accept this path only; auto makes one that nobody can guess [default: any; auto if exposed]' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l secret-file -d 'Verify with the secret in this file (- for standard input); repeat it while rotating' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -s f -l forward-to -d 'Forward to the local app: a port, host:port/path or URL; created=URL or \'*_changed=URL\' for some events (repeatable)' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -s H -l header -d 'Add a header to what is forwarded, or replace one (repeatable)' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l forward-timeout -d 'Time limit for the app\'s answer; 0 for no limit, for instance while debugging' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l speed -d 'Wait 60 times as fast between these attempts (60x)' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l retry-from -d 'What a retry\'s delay counts from' -r -f -a "previous\t'The attempt before it: 0, 60, 360, 1260 and 4860 s'
first\t'The first attempt: 0, 60, 300, 900 and 3600 s'"
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l ack -d 'What the answer to the sender waits for' -r -f -a "store\t'The store: 200 as soon as the event is safe'
mirror\t'The app: answer with its status'"
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l subscribe -d 'Subscribe to these events once the listener can be reached, and unsubscribe at the end: created, deleted, all' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l tunnel -d 'Make a public URL: cloudflared, ngrok, bore:SERVER, ssh:USER@HOST or \'COMMAND {port}\'' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l public-url -d 'Public URL that leads here, through a proxy of your own' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l respond -d 'Answer each event with these statuses in turn, the last one repeating' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l respond-delay -d 'Hold each answer back for this long' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l events -d 'These events only: created, signup.deleted, signup.* or all, separated by commas' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l waitlist -d 'Events of this waitlist only; with --subscribe, only these are subscribed' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l where -d 'Events whose body meets this condition in jq syntax, such as \'.data.position < 10\'' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l ready-file -d 'Write {url, pid} as JSON to this file once connections are accepted; removed at the end' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l until -d 'End after this many distinct events; exit 1 if they do not come' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l for -d 'End after this long' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l require-signature -d 'Refuse unsigned deliveries too'
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l forward-duplicates -d 'Forward again what was forwarded successfully before'
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l forward-retry -d 'Try failed forwards again on the documented schedule, in order, across restarts'
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l allow-http -d 'Subscribe a URL that is not https'
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l exit-with-parent -d 'End when the process that started this one ends'
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand listen" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l to -d 'Deliver to this port, host:port/path or URL [default: the running listener, else port 4242]' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l timeout -d 'Time for connect, send, head and body of an attempt; 0 for no limit' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l data -d 'Send these bytes as they are: JSON text, @FILE, or - for standard input' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l set -d 'Change a field, its value read as the catalogue says (repeatable)' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l set-json -d 'Change a field to a JSON value (repeatable)' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l unset -d 'Leave a field out (repeatable)' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l seed -d 'Make ids, names and times reproducible' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l waitlist -d 'Id of the waitlist' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l email -d 'E-mail address of the sign-up' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l name -d 'Name of the sign-up' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -s H -l header -d 'Add a header, or replace one (repeatable)' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l secret-file -d 'Sign with the secret in this file (- for standard input)' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l sign -d 'What to sign' -r -f -a "raw\t'The bytes that are sent'
json-stringify\t'JSON.stringify of the body, as the documentation\'s sample computes it'"
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l speed -d 'Wait 60 times as fast (60x), not at all (instant), or until Enter (step)' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l retry-from -d 'What a retry\'s delay counts from' -r -f -a "previous\t'The attempt before it: 0, 60, 360, 1260 and 4860 s'
first\t'The first attempt: 0, 60, 300, 900 and 3600 s'"
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l as -d 'What the printed request looks like' -r -f -a "http\t'As it goes over the wire'
curl\t'A curl command line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l force -d 'Allow fields that the event does not have, and values that do not fit'
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l edit -d 'Change the body in $VISUAL or $EDITOR before it is sent'
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l unsigned -d 'Send no signature, as the service does today'
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l retry -d 'Follow the retry schedule without a terminal too'
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l no-retry -d 'Make one attempt only'
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l dry-run -d 'Print the request, and send nothing'
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand trigger" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l count -d 'Send this many events' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l duration -d 'Start events for this long' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l rate -d 'Start this many per second, however fast the answers come [default: as fast as they are answered]' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l concurrency -d 'Connections' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l to -d 'Deliver to this port, host:port/path or URL [default: the running listener, else port 4242]' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l timeout -d 'Time for connect, send, head and body of an attempt; 0 for no limit' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l data -d 'Send these bytes as they are: JSON text, @FILE, or - for standard input' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l set -d 'Change a field, its value read as the catalogue says (repeatable)' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l set-json -d 'Change a field to a JSON value (repeatable)' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l unset -d 'Leave a field out (repeatable)' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l seed -d 'Make ids, names and times reproducible' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l waitlist -d 'Id of the waitlist' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l email -d 'E-mail address of the sign-up' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l name -d 'Name of the sign-up' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -s H -l header -d 'Add a header, or replace one (repeatable)' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l secret-file -d 'Sign with the secret in this file (- for standard input)' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l speed -d 'Retry 60 times as fast (60x), or without waiting (instant)' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l retry-from -d 'What a retry\'s delay counts from' -r -f -a "previous\t'The attempt before it: 0, 60, 360, 1260 and 4860 s'
first\t'The first attempt: 0, 60, 300, 900 and 3600 s'"
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l force -d 'Allow fields that the event does not have, and values that do not fit'
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l unsigned -d 'Send no signature, as the service does today'
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l retry -d 'Follow the retry schedule, instead of making one attempt for each event'
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand load" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l chaos -d 'Without a scenario: duplicate=0.2,together=0.1,drop=0.1,reorder=5,delay=50ms..2s,corrupt=0.01,late=0.1' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l event -d 'created, position_changed or deleted, or all for whole lives of sign-ups [default: created]' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l count -d 'Make this many events [default: 20]' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l state-cmd -d 'A command that prints how many effects there are: run before and after, it must grow by one for each event' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l state-change -d 'Expect the number from --state-cmd to grow by this much instead' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l to -d 'Deliver to this port, host:port/path or URL [default: the running listener, else port 4242]' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l timeout -d 'Time for connect, send, head and body of an attempt; 0 for no limit' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l data -d 'Send these bytes as they are: JSON text, @FILE, or - for standard input' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l set -d 'Change a field, its value read as the catalogue says (repeatable)' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l set-json -d 'Change a field to a JSON value (repeatable)' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l unset -d 'Leave a field out (repeatable)' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l seed -d 'Make ids, names and times reproducible' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l waitlist -d 'Id of the waitlist' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l email -d 'E-mail address of the sign-up' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l name -d 'Name of the sign-up' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -s H -l header -d 'Add a header, or replace one (repeatable)' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l secret-file -d 'Sign with the secret in this file (- for standard input)' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l dry-run -d 'Show what would be delivered, and send nothing'
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l force -d 'Allow fields that the event does not have, and values that do not fit'
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l unsigned -d 'Send no signature, as the service does today'
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand rehearse" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l last -d 'The newest N of them' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l events -d 'These events only: created, signup.deleted, signup.* or all, separated by commas' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l signup -d 'Events of this sign-up only' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l email -d 'Events with this e-mail address only' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l waitlist -d 'Events of this waitlist only' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l state -d 'Events in this state only' -r -f -a "valid\t'Signed with a secret that is known here'
unsigned\t'Not signed'"
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l since -d 'First seen at this time or later: a time (RFC 3339), or how long ago, such as 2h' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l until-time -d 'First seen before this time' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l where -d 'Events whose body meets this condition in jq syntax, such as \'.data.position < 10\'' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l from -d 'Events of an export, or one raw body, from a file (- for standard input)' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l to -d 'Deliver to this port, host:port/path or URL' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l secret-file -d 'Sign with the secret in this file (- for standard input)' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l timeout -d 'Time for an attempt; 0 for no limit' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l speed -d 'Wait 60 times as fast between attempts (60x), or not at all (instant)' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l retry-from -d 'What a retry\'s delay counts from' -r -f -a "previous\t'The attempt before it: 0, 60, 360, 1260 and 4860 s'
first\t'The first attempt: 0, 60, 300, 900 and 3600 s'"
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l pace -d 'As they arrived (original), so many times faster (10x), or without pauses (asap)' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l seed -d 'Repeat the same random order' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l times -d 'Deliver everything this many times' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l concurrency -d 'Have this many in flight at a time; the order is then the order in which they start' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l failed -d 'Events whose last forward or delivery failed'
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l sent -d 'What was sent from here'
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l received -d 'What was received (the default)'
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l all -d 'Both what was sent and what was received'
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l resign -d 'Sign again, instead of keeping the signature that came'
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l edit -d 'Change the body in $EDITOR first, and sign it again'
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l retry -d 'Follow the retry schedule'
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l shuffle -d 'In random order'
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l dry-run -d 'Say what would be sent, and send nothing'
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand replay" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and not __fish_seen_subcommand_from list show diff export import report prune" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and not __fish_seen_subcommand_from list show diff export import report prune" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and not __fish_seen_subcommand_from list show diff export import report prune" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and not __fish_seen_subcommand_from list show diff export import report prune" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and not __fish_seen_subcommand_from list show diff export import report prune" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and not __fish_seen_subcommand_from list show diff export import report prune" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and not __fish_seen_subcommand_from list show diff export import report prune" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and not __fish_seen_subcommand_from list show diff export import report prune" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and not __fish_seen_subcommand_from list show diff export import report prune" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and not __fish_seen_subcommand_from list show diff export import report prune" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and not __fish_seen_subcommand_from list show diff export import report prune" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and not __fish_seen_subcommand_from list show diff export import report prune" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and not __fish_seen_subcommand_from list show diff export import report prune" -f -a "list" -d 'List stored events, newest first'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and not __fish_seen_subcommand_from list show diff export import report prune" -f -a "show" -d 'Show one event: its body, each time it came in, each attempt to deliver it'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and not __fish_seen_subcommand_from list show diff export import report prune" -f -a "diff" -d 'Compare two events: bodies as JSON, header lines, answers'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and not __fish_seen_subcommand_from list show diff export import report prune" -f -a "export" -d 'Write stored events to a file: JSON lines that import takes, or code that sends them again'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and not __fish_seen_subcommand_from list show diff export import report prune" -f -a "import" -d 'Read events of an export into this store'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and not __fish_seen_subcommand_from list show diff export import report prune" -f -a "report" -d 'Write a report to read: one self-contained HTML file'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and not __fish_seen_subcommand_from list show diff export import report prune" -f -a "prune" -d 'Remove old events for good: overwritten in the file, and gone from its log'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -l events -d 'These events only: created, signup.deleted, signup.* or all, separated by commas' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -l signup -d 'Events of this sign-up only' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -l email -d 'Events with this e-mail address only' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -l waitlist -d 'Events of this waitlist only' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -l state -d 'Events in this state only' -r -f -a "valid\t'Signed with a secret that is known here'
unsigned\t'Not signed'"
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -l since -d 'First seen at this time or later: a time (RFC 3339), or how long ago, such as 2h' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -l until-time -d 'First seen before this time' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -l where -d 'Events whose body meets this condition in jq syntax, such as \'.data.position < 10\'' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -s n -l limit -d 'Show at most this many' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -l before -d 'Show events with numbers below this one: the next page' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -l failed -d 'Events whose last forward or delivery failed'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -l sent -d 'What was sent from here'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -l received -d 'What was received (the default)'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -l all -d 'Both what was sent and what was received'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from show" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from show" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from show" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from show" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from show" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from show" -l raw -d 'Print the body\'s bytes and nothing else (escaped on a terminal)'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from show" -l hex -d 'Print the body\'s bytes in hexadecimal and nothing else'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from show" -l headers -d 'Print the header lines of the first arrival and nothing else'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from show" -l redact -d 'Mask e-mail addresses, names and header values'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from show" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from show" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from diff" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from diff" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from diff" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from diff" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from diff" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from diff" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from diff" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from diff" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from diff" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from diff" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from diff" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from diff" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -l events -d 'These events only: created, signup.deleted, signup.* or all, separated by commas' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -l signup -d 'Events of this sign-up only' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -l email -d 'Events with this e-mail address only' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -l waitlist -d 'Events of this waitlist only' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -l state -d 'Events in this state only' -r -f -a "valid\t'Signed with a secret that is known here'
unsigned\t'Not signed'"
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -l since -d 'First seen at this time or later: a time (RFC 3339), or how long ago, such as 2h' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -l until-time -d 'First seen before this time' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -l where -d 'Events whose body meets this condition in jq syntax, such as \'.data.position < 10\'' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -l as -d 'What is written' -r -f -a "jsonl\t'One JSON record a line'
curl\t'A shell script of curl command lines'
hurl\t'A hurl file'
python\t'A Python test'
node\t'A test for Node'"
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -l to -d 'Where requests go; JSON lines need none' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -s o -l output -d 'Write to this file instead of standard output' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -l failed -d 'Events whose last forward or delivery failed'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -l sent -d 'What was sent from here'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -l received -d 'What was received (the default)'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -l all -d 'Both what was sent and what was received'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -l redact -d 'Mask e-mail addresses, names and header values'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from import" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from import" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from import" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from import" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from import" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from import" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from import" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from import" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from import" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from import" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from import" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -l html -d 'The file; - for standard output' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -l events -d 'These events only: created, signup.deleted, signup.* or all, separated by commas' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -l signup -d 'Events of this sign-up only' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -l email -d 'Events with this e-mail address only' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -l waitlist -d 'Events of this waitlist only' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -l state -d 'Events in this state only' -r -f -a "valid\t'Signed with a secret that is known here'
unsigned\t'Not signed'"
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -l since -d 'First seen at this time or later: a time (RFC 3339), or how long ago, such as 2h' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -l until-time -d 'First seen before this time' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -l where -d 'Events whose body meets this condition in jq syntax, such as \'.data.position < 10\'' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -s n -l limit -d 'The newest N of them' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -l failed -d 'Events whose last forward or delivery failed'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -l sent -d 'What was sent from here'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -l received -d 'What was received (the default)'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -l all -d 'Both what was sent and what was received'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -l redact -d 'Mask e-mail addresses, names and header values'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from report" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -l older -d 'Events that were last seen longer ago than this' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -l keep -d 'Keep the newest N of them' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -l events -d 'These events only: created, signup.deleted, signup.* or all, separated by commas' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -l signup -d 'Events of this sign-up only' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -l email -d 'Events with this e-mail address only' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -l waitlist -d 'Events of this waitlist only' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -l state -d 'Events in this state only' -r -f -a "valid\t'Signed with a secret that is known here'
unsigned\t'Not signed'"
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -l since -d 'First seen at this time or later: a time (RFC 3339), or how long ago, such as 2h' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -l until-time -d 'First seen before this time' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -l where -d 'Events whose body meets this condition in jq syntax, such as \'.data.position < 10\'' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -l failed -d 'Events whose last forward or delivery failed'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -l sent -d 'What was sent from here'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -l received -d 'What was received (the default)'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -l all -d 'Both what was sent and what was received'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -l dry-run -d 'Say what would be removed, and remove nothing'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand events; and __fish_seen_subcommand_from prune" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand expect" -l none -d 'No such event may arrive (repeatable)' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand expect" -l within -d 'How long to wait for events after the command has ended' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand expect" -l where -d 'Count only events whose body meets this condition in jq syntax' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand expect" -l secret-file -d 'Verify with the secret in this file (- for standard input); repeat it while rotating' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand expect" -l forward-to -d 'Forward what arrives to the app: a port, host:port/path or URL' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand expect" -l port -d 'Listen on this port; 0 picks a free one' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand expect" -l junit -d 'Write the verdict as JUnit XML to this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand expect" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand expect" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand expect" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand expect" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand expect" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand expect" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand expect" -l in-order -d 'Events must arrive in the order in which they are named'
complete -c referralloop -n "__fish_referralloop_using_subcommand expect" -l count-arrivals -d 'Count each time that an event arrives, not each event'
complete -c referralloop -n "__fish_referralloop_using_subcommand expect" -l allow-unsigned -d 'Count unsigned events too'
complete -c referralloop -n "__fish_referralloop_using_subcommand expect" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand expect" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand expect" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand expect" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand expect" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand expect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand verify" -l signature -d 'The value of the X-Webhook-Signature header' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand verify" -l event -d 'A stored event by its number, or a refused request as \'!N\'' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand verify" -l got -d 'Value that your own code computed for this body; explains what that code does' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand verify" -l probe -d 'Send signed deliveries to this endpoint (at most 40) and find out how it hashes' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand verify" -l framework -d 'Give the fix for this framework: express, nextjs, nest, fastify, hono, flask, fastapi, django, rails, laravel, go, spring, aspnet, lambda or axum' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand verify" -l secret-file -d 'Check against the secret in this file (- for standard input); repeat it while rotating' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand verify" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand verify" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand verify" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand verify" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand verify" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand verify" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand verify" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand verify" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand verify" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand verify" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand verify" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand sign" -l secret-file -d 'Sign with the secret in this file (- for standard input)' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand sign" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand sign" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand sign" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand sign" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand sign" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand sign" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand sign" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand sign" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand sign" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand sign" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand sign" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand sign" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -s p -l port -d 'Listen on this port of 127.0.0.1; 0 picks a free one' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -l ready-file -d 'Write {url, pid, api_key} as JSON to this file (0600) once calls are answered; removed at the end' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -l plan -d 'Plan of the workspace: free, starter, growth or pro' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -l rate-limit -d 'Allow this many calls per hour instead of the plan\'s limit, to get a 429 early' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -l signups -d 'Start with this many sign-ups [default: 25]' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -l seed -d 'Seed for the sign-ups: the same people each time [default: 7]' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -l data -d 'Keep it in this file [default: sandbox.db beside the profile\'s store]' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -l speed -d 'Retry 60 times as fast (60x), or at once (instant) [default: as documented]' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -l retry-from -d 'What a retry\'s delay counts from' -r -f -a "previous\t'The attempt before it: 0, 60, 360, 1260 and 4860 s'
first\t'The first attempt: 0, 60, 300, 900 and 3600 s'"
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -l secret-file -d 'Sign with the secret in this file (- for standard input) instead of the profile\'s' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -l memory -d 'Keep it in memory; it is gone at the end'
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -l unsigned -d 'Sign nothing, as the service does today'
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -l assumptions -d 'List what the documentation leaves open and what the sandbox decided, and end'
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and not __fish_seen_subcommand_from deliveries" -f -a "deliveries" -d 'List what the sandbox delivered, newest first, with each attempt'
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and __fish_seen_subcommand_from deliveries" -l data -d 'Read this file [default: sandbox.db beside the profile\'s store]' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and __fish_seen_subcommand_from deliveries" -l state -d 'Deliveries in this state only' -r -f -a "pending\t'An attempt is due, now or later'
delivered\t'Acknowledged'
failed\t'Every attempt failed'
cancelled\t'Its subscription was removed first'"
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and __fish_seen_subcommand_from deliveries" -l subscription -d 'Deliveries of this subscription only' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and __fish_seen_subcommand_from deliveries" -s n -l limit -d 'Show at most this many' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and __fish_seen_subcommand_from deliveries" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and __fish_seen_subcommand_from deliveries" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and __fish_seen_subcommand_from deliveries" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and __fish_seen_subcommand_from deliveries" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and __fish_seen_subcommand_from deliveries" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and __fish_seen_subcommand_from deliveries" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and __fish_seen_subcommand_from deliveries" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and __fish_seen_subcommand_from deliveries" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and __fish_seen_subcommand_from deliveries" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and __fish_seen_subcommand_from deliveries" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and __fish_seen_subcommand_from deliveries" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand sandbox; and __fish_seen_subcommand_from deliveries" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and not __fish_seen_subcommand_from show new set" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and not __fish_seen_subcommand_from show new set" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and not __fish_seen_subcommand_from show new set" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and not __fish_seen_subcommand_from show new set" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and not __fish_seen_subcommand_from show new set" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and not __fish_seen_subcommand_from show new set" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and not __fish_seen_subcommand_from show new set" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and not __fish_seen_subcommand_from show new set" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and not __fish_seen_subcommand_from show new set" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and not __fish_seen_subcommand_from show new set" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and not __fish_seen_subcommand_from show new set" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and not __fish_seen_subcommand_from show new set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and not __fish_seen_subcommand_from show new set" -f -a "show" -d 'Print the secret that signs and verifies now'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and not __fish_seen_subcommand_from show new set" -f -a "new" -d 'Create a random secret and store it in the user configuration'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and not __fish_seen_subcommand_from show new set" -f -a "set" -d 'Store a secret of your own: typed at a hidden prompt, or read from standard input or a file'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from show" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from show" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from show" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from show" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from show" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from show" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from show" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from new" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from new" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from new" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from new" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from new" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from new" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from new" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from new" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from new" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from new" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from new" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from new" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from set" -l secret-file -d 'Read it from this file; one final newline is dropped, nothing else' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from set" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from set" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from set" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from set" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from set" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from set" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from set" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from set" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from set" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand secret; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand subscribe" -l url -d 'Where they are delivered to: a public https URL' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand subscribe" -s w -l waitlist -d 'Events of this waitlist [default: the setting waitlist, else every waitlist]' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand subscribe" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand subscribe" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand subscribe" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand subscribe" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand subscribe" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand subscribe" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand subscribe" -l allow-http -d 'Allow a URL that is not https'
complete -c referralloop -n "__fish_referralloop_using_subcommand subscribe" -l force -d 'Create another subscription even if the journal has the same one'
complete -c referralloop -n "__fish_referralloop_using_subcommand subscribe" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand subscribe" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand subscribe" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand subscribe" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand subscribe" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand subscribe" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand unsubscribe" -l url -d 'Those in the journal that deliver to this URL' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand unsubscribe" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand unsubscribe" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand unsubscribe" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand unsubscribe" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand unsubscribe" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand unsubscribe" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand unsubscribe" -l all -d 'Every one in the journal that was created with the current API'
complete -c referralloop -n "__fish_referralloop_using_subcommand unsubscribe" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand unsubscribe" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand unsubscribe" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand unsubscribe" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand unsubscribe" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand unsubscribe" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand subscriptions" -l forget -d 'Remove a line whose subscription is known not to exist' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand subscriptions" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand subscriptions" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand subscriptions" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand subscriptions" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand subscriptions" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand subscriptions" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand subscriptions" -l ended -d 'Show those that ended, too'
complete -c referralloop -n "__fish_referralloop_using_subcommand subscriptions" -l cleanup -d 'End what earlier runs left behind, and what was about to be ended'
complete -c referralloop -n "__fish_referralloop_using_subcommand subscriptions" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand subscriptions" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand subscriptions" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand subscriptions" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand subscriptions" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand subscriptions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand waitlists" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand waitlists" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand waitlists" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand waitlists" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand waitlists" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand waitlists" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand waitlists" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand waitlists" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand waitlists" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand waitlists" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand waitlists" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand waitlists" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and not __fish_seen_subcommand_from list get create delete" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and not __fish_seen_subcommand_from list get create delete" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and not __fish_seen_subcommand_from list get create delete" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and not __fish_seen_subcommand_from list get create delete" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and not __fish_seen_subcommand_from list get create delete" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and not __fish_seen_subcommand_from list get create delete" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and not __fish_seen_subcommand_from list get create delete" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and not __fish_seen_subcommand_from list get create delete" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and not __fish_seen_subcommand_from list get create delete" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and not __fish_seen_subcommand_from list get create delete" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and not __fish_seen_subcommand_from list get create delete" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and not __fish_seen_subcommand_from list get create delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and not __fish_seen_subcommand_from list get create delete" -f -a "list" -d 'List the sign-ups of a waitlist'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and not __fish_seen_subcommand_from list get create delete" -f -a "get" -d 'Show everything the service has on one sign-up'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and not __fish_seen_subcommand_from list get create delete" -f -a "create" -d 'Add a sign-up to a waitlist, which causes a signup.created event'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and not __fish_seen_subcommand_from list get create delete" -f -a "delete" -d 'Delete sign-ups, which causes signup.deleted events'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from list" -s w -l waitlist -d 'The waitlist [default: the setting waitlist]' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from list" -s n -l limit -d 'Show at most this many, up to 1000' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from list" -l offset -d 'Skip this many' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from list" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from list" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from list" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from list" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from list" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from list" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from list" -l all -d 'Show every one, page by page'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from list" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from list" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from list" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from get" -s w -l waitlist -d 'The waitlist [default: the setting waitlist]' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from get" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from get" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from get" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from get" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from get" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from get" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from get" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from get" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from get" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from get" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from get" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from get" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from create" -l email -d 'Its e-mail address' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from create" -l name -d 'Its name' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from create" -l metadata -d 'Metadata: a JSON object, @FILE or - for standard input' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from create" -l field -d 'A custom field, NAME=VALUE; repeatable, and merged into the metadata by the service' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from create" -s w -l waitlist -d 'The waitlist [default: the setting waitlist]' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from create" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from create" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from create" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from create" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from create" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from create" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from create" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from create" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from create" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from delete" -s w -l waitlist -d 'The waitlist [default: the setting waitlist]' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from delete" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from delete" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from delete" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from delete" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from delete" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from delete" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from delete" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from delete" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand signups; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand reconcile" -s w -l waitlist -d 'The waitlist [default: the setting waitlist]' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand reconcile" -l since -d 'Treat sign-ups from before this time as known: a time (RFC 3339), or how long ago, such as 2h' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand reconcile" -l to -d 'Where they are delivered to [default: the setting to, else the running listener]' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand reconcile" -l speed -d 'Wait for retries 60 times as fast (60x) or not at all (instant)' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand reconcile" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand reconcile" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand reconcile" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand reconcile" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand reconcile" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand reconcile" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand reconcile" -l deliver -d 'Deliver the missing events, made from what the service has and signed'
complete -c referralloop -n "__fish_referralloop_using_subcommand reconcile" -l retry -d 'Follow the documented retry schedule when a delivery fails'
complete -c referralloop -n "__fish_referralloop_using_subcommand reconcile" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand reconcile" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand reconcile" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand reconcile" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand reconcile" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand reconcile" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand login" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand login" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand login" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand login" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand login" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand login" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand login" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand login" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand login" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand login" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand login" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand login" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand logout" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand logout" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand logout" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand logout" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand logout" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand logout" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand logout" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand logout" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand logout" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand logout" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand logout" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand logout" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand whoami" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand whoami" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand whoami" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand whoami" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand whoami" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand whoami" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand whoami" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand whoami" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand whoami" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand whoami" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand whoami" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand whoami" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand doctor" -l app -d 'Where your app listens [default: the setting forward_to]' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand doctor" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand doctor" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand doctor" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand doctor" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand doctor" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand doctor" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand doctor" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand doctor" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand doctor" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand doctor" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand doctor" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l secret-file -d 'Sign with the secret in this file (- for standard input)' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l signature-header -d 'Send the signature in this header' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -s H -l header -d 'Add a header to every request, or replace one (repeatable)' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l only -d 'Only these checks or groups, separated by commas' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l skip -d 'All but these checks or groups, separated by commas' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l seed -d 'Make ids and addresses from this number, to repeat a run [default: random]' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l state-cmd -d 'A command that prints a whole number which every sign-up changes' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l restart-cmd -d 'A command that restarts the endpoint' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l max-requests -d 'Send at most this many requests [default: 240]' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l max-time -d 'Take at most this long [default: 90s]' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l case -d 'Repeat this check by itself, showing what is sent and what comes back' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l fail-on -d 'The lowest severity that makes the exit code 1: info, low, medium, high, critical' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l baseline -d 'Accept the findings listed in this file, each with a reason' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l junit -d 'Write JUnit XML to this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l markdown -d 'Write Markdown to this file; a GitHub job summary is appended to' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l no-secret -d 'Sign nothing; whether forged events are refused is not checked then'
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l list -d 'List the checks, and send nothing'
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l intrusive -d 'Also put the endpoint under load: up to 1000 requests and 300 s'
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l dry-run -d 'Print the requests of --case, and send nothing'
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l tap -d 'Print TAP 14 instead of the page'
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and not __fish_seen_subcommand_from show path set unset" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and not __fish_seen_subcommand_from show path set unset" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and not __fish_seen_subcommand_from show path set unset" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and not __fish_seen_subcommand_from show path set unset" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and not __fish_seen_subcommand_from show path set unset" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and not __fish_seen_subcommand_from show path set unset" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and not __fish_seen_subcommand_from show path set unset" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and not __fish_seen_subcommand_from show path set unset" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and not __fish_seen_subcommand_from show path set unset" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and not __fish_seen_subcommand_from show path set unset" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and not __fish_seen_subcommand_from show path set unset" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and not __fish_seen_subcommand_from show path set unset" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and not __fish_seen_subcommand_from show path set unset" -f -a "show" -d 'Show every setting and where its value came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and not __fish_seen_subcommand_from show path set unset" -f -a "path" -d 'Print where the user configuration is, whether or not it exists'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and not __fish_seen_subcommand_from show path set unset" -f -a "set" -d 'Store a value in the user configuration'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and not __fish_seen_subcommand_from show path set unset" -f -a "unset" -d 'Remove a value from the user configuration'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from show" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from show" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from show" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from show" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from show" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from show" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from show" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from show" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from show" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from path" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from path" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from path" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from path" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from path" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from path" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from path" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from path" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from path" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from path" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from path" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from set" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from set" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from set" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from set" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from set" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from set" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from set" -l project -d 'Write to the project\'s referralloop.toml instead'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from set" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from set" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from set" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from unset" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from unset" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from unset" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from unset" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from unset" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from unset" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from unset" -l project -d 'Remove it from the project\'s referralloop.toml instead'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from unset" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from unset" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from unset" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from unset" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from unset" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand config; and __fish_seen_subcommand_from unset" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand completions" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand completions" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand completions" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand completions" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand completions" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand completions" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand completions" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand completions" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand completions" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand completions" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand completions" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c referralloop -n "__fish_referralloop_using_subcommand man" -l profile -d 'Use this profile: its own secret, settings and store' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand man" -l config -d 'Read the user configuration from this file' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand man" -l store -d 'Keep events in this file instead of the profile\'s store' -r -F
complete -c referralloop -n "__fish_referralloop_using_subcommand man" -l api-url -d 'Call the hosted API at this URL, for instance a sandbox' -r
complete -c referralloop -n "__fish_referralloop_using_subcommand man" -l format -d 'How to print: for people, or one JSON object per line' -r -f -a "human\t'For people'
json\t'One JSON object a line'"
complete -c referralloop -n "__fish_referralloop_using_subcommand man" -l color -d 'When to use colour' -r -f -a "auto\t'On a terminal that can, unless NO_COLOR says otherwise'
always\t'Everywhere'
never\t'Nowhere'"
complete -c referralloop -n "__fish_referralloop_using_subcommand man" -l json -d 'Short for --format json'
complete -c referralloop -n "__fish_referralloop_using_subcommand man" -s q -l quiet -d 'Print no banner, progress or summary'
complete -c referralloop -n "__fish_referralloop_using_subcommand man" -s v -l verbose -d 'Print more: header lines and where values came from'
complete -c referralloop -n "__fish_referralloop_using_subcommand man" -l no-input -d 'Never prompt; a missing value is an error'
complete -c referralloop -n "__fish_referralloop_using_subcommand man" -s y -l yes -d 'Answer every confirmation with yes'
complete -c referralloop -n "__fish_referralloop_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
