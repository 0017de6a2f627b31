//! Holes, and malice in what people install: what is to be patched.

use super::{REGISTERS, Rule, excerpt, tag, title};
use crate::model::item::Kind::Advisory;

/// What looks like a hole being closed and is not: advice, doubt, other senses of the words.
const OTHER_SENSES: &str = r"\?$|\b(dependency|constructor|fault|failure|latency|error) injection|\b(cache|paywall) bypass\b|\bproxy bypass (list|rule|setting)|\bescape (key|sequence|character|code|analysis|hatch)|\[(pdf|video)\]";

pub(super) const RULES: &[Rule] = &[
    title(Advisory, &[r"^\W*[a-z]{2,10}-(19|20)\d\d-\d{2,}\b"]).from(REGISTERS),
    // The number of a hole, or of word of one.
    title(
        Advisory,
        &[
            r"\bcve-\d{4}-\d{4,}",
            r"\bghsa(-\w{4}){3}",
            r"\b(dsa|dla|usn|rhsa|glsa|elsa|rustsec|psa|xsa|zdi|icsa|vmsa|fg-ir|apsb)[- ]?\d[\d:-]+",
            r"\b(go|pysec|mal|osv|jvndb|euvd|talos|aws|gcp|nvd|ncsc)-(19|20)\d{2}-\d{2,}",
            r"\balas\d?-?\d{4}-\d+",
            r"\b[a-z]{3,8}-s[au]-\d[\w.:-]*\d",
            r"\bsa-[a-z]{3,8}-\d{4}-\d+",
        ],
    )
    .unless(&["{study}"]),
    title(
        Advisory,
        &[
            // It calls itself so.
            r"\bsecurity (advisory|bulletin|notice)\b",
            r"^\W*(advisory|security alert)( \S+)?: ",
            r"^\[(oss-security|security\b[^\]]*)\]",
            r"^\W*security( release| update)?\W*[:\]]",
            r"\bpatch tuesday\b",
            r"\bcritical patch update\b",
            r"\bsecurity (updates?|fix(es)?|releases?|patch(es)?) *($|[:!,(\[]|\d|(for|in|issued|available|released|is|are|out|now|fix(es)?|addresses|on)\b)",
            r"\bsecurity (patch )?releases?\b",
            r"\b(security|emergency|out-of-band) (\S+ ){0,3}(fix|patch|update)(es|s)?\b.*\b(for|fix(es)?|released|bugs?|flaws?|cve|attacks)\b",
            r"\bpatch release: .*,",
            // It is used.
            r"\b(0|zero)-?days?\b",
            r"\b(actively|being|now|already|mass(ively)?) exploited\b",
            r"\bexploited in (the wild|attacks)\b",
            r"\bknown exploited\b",
            r"\bunder active (attack|exploitation)\b",
            r"\bin-the-wild exploit",
            r"\b(exploit|proof of concept|poc)\b.*\b(public|published|released|available)\b",
            r"\b{attacker} (\w+ )?(are |is )?(exploit|abuse|hijack|poison|backdoor|slip|plant)(s|ed|ing)?\b",
            r"\bexploit(s|ing|ed)? (an? |the |old |new |critical |unpatched )*(\w+ )?{hole}\b",
            r"\b{hole} (is |are )?(abused|exploited)\b",
            r"\b(warns?|warned|warning) (of|about|over) (\S+ ){0,4}({hole}|exploits?|{flaw}|exploiting|malicious)\b",
            r"\bwarns? of (\w+ )?(attacks|phishing|malware)\b",
            r"\b(used|abused|exploited) in (\w+ )?attacks\b",
            r"\bcve in\b",
            r"\b(discloses?|disclosed|reveals?) (\w+ ){0,4}(flaws?|vulnerabilit(y|ies))\b",
            r"\bhit by (\S+ ){0,3}(bug|flaw|vulnerability|zero-day|{flaw})\b",
            // How bad it is, and whom it lets do what.
            r"\b(critical|severe|high-severity|serious|unauthenticated|pre-auth|wormable|unpatched|maximum-severity|max-severity|max severity|security|exploitable|unsafe) (\w+[ -]){0,3}(flaws?|vulnerabilit(y|ies)|rce|holes?|deseriali[sz]ation)\b",
            r"\b(critical|high-severity|max(imum)?-severity|pre-auth|exploitable|security) (\w+[ -]){0,2}bugs? (in|lets?|allows?|exposes?|puts?|affects?)\b",
            r"\b(unauthenticated|pre-auth|remote) (root|rce|takeover)\b",
            r"\bunauthenticated \w+ (on|in|via|to)\b",
            r"\b(gives?|gain|gains|become) root\b",
            r"\blocal root\b",
            r"\b(execute|run)s? (arbitrary |malicious |remote )code\b",
            r"\bfiles run code\b",
            r"\bhigh[- ]severity (issue|bug|flaw|vulnerabilit\w+)s?\b",
            r"\b(critical|moderately critical|highly critical) - ",
            r"\b{hole} (in [\w. -]+ )?(lets?|allows?|exposes?|gives?|could (let|allow|give)|leaves|puts) (\S+ ){0,3}({attacker}|anyone|users?|clients?|guests?|remote|unauthenticated|any|\d[\d,]*|read|full|code|root|access|crash|exhaust|steal|hijack\w*|takeover|bypass|escalat\w+|session)\b",
            r"\b(vulnerabilit(y|ies)|flaws?) (in|found in|patched|fixed|disclosed|found|affect(s|ing)|exposes?|leaves?|puts?|hits?)\b",
            r"\b(multiple|several|two|three|four|five|six|\d+) (\w+[ -]){0,2}(vulnerabilities|flaws|holes|security (bugs|holes|issues|fixes))\b",
            r"\b(bug|hole|backdoor) found in\b",
            r"(^|: |\b(fix(es)?|new|an?|critical|unpatched|of|stored|reflected|blind|remote) )(\S+ ){0,2}{flaw}s? ({hole} )?(in|via|affect(s|ing)|lets?|allows?|leads?|puts?|leaves?|exposes?|leaks?|enables?|through|hits|when|on)\b",
            r": (\S+ ){0,4}{flaw}s?( |,|$)",
            r"^{flaw}s?: ",
            r"\b{flaw} {hole}\b",
            r"\b(an?|unpatched|critical|remote|stored|reflected) {flaw}$",
            r"\b(security|auth|authentication|access control|encryption) (flaw|bypass)s?\b",
            r"\b(crafted|malformed) \w+",
            // What to do.
            r"\b(patch|upgrade|update) (\w+ ){0,3}(now|immediately|asap|right away|as soon as)\b",
            r"\b(upgrade|update) to (at least |version )?v?\d+\.\d+[\d.]*( (or|now)\b|$)",
            r"\bplease (upgrade|update|patch)( (to|now|immediately|as soon)\b|$)",
            r"\bpatch (is )?available\b",
            r"\bto patch \w.* by \w+day\b",
            r"\bneed to patch\b",
            r"\bwill not (patch|fix) (an? |the |this )?{hole}",
            r"\b(rotate|revoke|change|reset) your (\S+ ){0,3}(secrets?|keys?|tokens?|credentials?|passwords?)\b",
            r"\b(urged|advised|told|warned|urges? (\w+ )?) ?to (patch|upgrade|update|rotate|disable)\b",
            r"^update your (\w+ ){0,2}(routers?|servers?|clients?|installations?|dependenc\w+)\b",
            r"^(psa|heads-up): (update|patch|upgrade|rotate|disable|uninstall)\b",
            r"\bpin your version\b",
            r"\bpatch your \w+: ",
        ],
    )
    .unless(&[
        "{study}",
        "{about}",
        OTHER_SENSES,
        r"^(top \d+|fix|patch|can|could|should|you|nothing|no|setting up|configuring|enabling|prevent(ing)?|avoid(ing)?|detect(ing)?|understanding|testing|protect(ing)?|mitigat\w+|automat\w+|handling|writing|teaching|towards?|on the|our|my|never|dealing with|common|list of|kids|verify)\b",
        r"^\d+% of\b",
        r"\bin (python|go|rust)$",
        r"\b(incident|outage|{postmortem}|breach(ed)?|retrospective|prevention|protection|detection|practice|policy|process|routine|triage|tutorial|from scratch|in (theory|practice|20\d\d)|a? ?trip|talk|summit|webinar|meetup|ctf|conf)\b",
        r"^(an? |the )?(sandbox|scanner|checker)\b",
        r"\b(weather|storm|flood|travel|health|heat|tsunami|combat|years of|months of|end of|automatic|unattended|extended|guarantee[sd]?|promises?|rejected|bounty|offers|pays|reward|design|fatal flaw|flaws? of averages|market|governor|gov|prosecut\w+|whistleblower|lawsuit|thinking|scammers|collapse|find and fix|killing|fundamental|faster than|acceleration|black hole|balance sheet|scanner|scan(s|ning)?|handling|hunting|mitigation|for fun|no (0|zero)-?days?|(0|zero)-?days? (is|are|markets?|brokers?|economy))\b",
    ]),
    // A hole being closed.
    title(
        Advisory,
        &[
            r"\b(fix(es)?|closes|patches|plugs|addresses|mitigates)\b[^:]*\b({flaw}s?|\w+ injection|(\w+ )?bypass|deserialization|sandbox (\w+ ){0,2}(escape|breakout|hole|flaw|bug)|escape (from|in|via|flaw|bug|hole)|(security|critical|serious|severe|dangerous|takeover) (\w+ )?{hole}|hole in|vulnerabilit(y|ies)|dos|backdoor)\b",
        ],
    )
    .unless(&["{study}", OTHER_SENSES, r"^(fix|patch|stop|why|can|could|should|you|nothing|no)\b"]),
    // Something bad in what people install.
    title(
        Advisory,
        &[
            r"\b(malicious|trojani[sz]ed|backdoored|compromised|typosquat(ted|ting)?|rogue|hijacked|poisoned|infected|booby-trapped) (\S+ ){0,4}({package}|versions?|releases?|updates?|commits?|tarball|accounts?)\b",
            r"\bfake (\S+ ){0,3}{package}\b",
            r"\b{package}\b[^:?]*\b(steals?|stole|stealing|exfiltrat\w+|impersonat\w+|phon(es|ing) home|backdoor(s|ed)?|compromised|hijacked|infected|trojani[sz]ed|drops? (\w+ )?(malware|miners?)|malware|worm|poisoned|(turn(s|ed)|went|goes) malicious|caught \w+ing)\b",
            r"\bserver that phones home\b",
            r"\b{registry}\b.*\b(malware|worm|backdoor(s|ed)?|compromised|hijacked|supply[- ]chain (attack|compromise)|stealers?|credential theft|typosquat\w*)\b",
            r"\bmalware in {registry}\b",
            r"\bcompromised on {registry}\b",
            r"\b(worm|malware|backdoor) (\w+ ){0,3}(spreads|hits|infects|slips)\b.*\b{registry}\b",
            r"\b{package} (leak|expose|send)(s|ed)? (\w+ ){0,2}(keys|tokens|passwords|secrets|credentials|data)\b",
            r"\bsupply[- ]chain (alert|warning|worm)\b",
            r"\bsupply[- ]chain (attack|compromise) (on|hits|in|targets|via|of|against)\b",
            r"\bbackdoor (was |is )?(found|discovered|in|planted)\b",
        ],
    )
    .unless(&[
        "{study}",
        "{about}",
        r"\?$",
        r"\b(prevent\w*|detect(s|ing|ion)?|protect\w*|defen[cds]\w*|fight\w*|against|scan(s|ning|ner)?|block(s|ing)?|removes?|bans?|banned|policy|incident|post-?mortem|retrospective|timeline|our|sues?|court|charged|arrested|report finds|hunting|let's)\b",
        r"^(we|an? sandbox|introducing|announcing|show hn|ask hn)\b",
    ]),
    tag(Advisory, &[r"^(security[- ]advisor(y|ies)|vulnerabilit(y|ies)|cve)$"]),
    excerpt(
        Advisory,
        &[
            r"\b(important|critical|urgent|several|multiple|\d+|two|three|four|five|six) security (fix(es)?|vulnerabilit(y|ies)|flaws|issues)\b",
            r"\bsecurity {hole} (were|was|have been) (discovered|found|fixed|identified|reported)\b",
            r"\bthis is a security release\b",
            r"\b(high|critical|medium|moderate)[- ]severity (issues?|vulnerabilit\w+|flaws?)\b",
            r"\bcvss( score)?:? \d",
            r"\b(users|customers|everyone|administrators?|admins|sites|installations|operators|teams|anyone)\b[^.]{0,60}\b((are|is|be) (strongly |now )?(urged|advised|asked|recommended|encouraged) to (\w+ ){0,2}|(should|must|need to) (be )?)(update|upgrade|patch|rotate)d?\b",
            r"\b(recommend|urge|advise|ask|encourage)[^.]{0,60}\b(upgraded?|updated?|patch(ed)?|rotate|updating|upgrading)\b[^.]{0,30}\b(immediately|as soon as possible|right away|now|today|at once)\b",
            r"\b(update|upgrade|patch|rotate)\b[^.]{0,40}\b(immediately|as soon as possible|right away|at once)\b",
            r"\bexploit(ed|ation)? (for cve\S+ )?(exists |is )?(in the wild|by attackers)\b",
            r"\bevidence of active exploitation\b",
            r"\bunder active (attack|exploitation)\b",
            r"\bno (known )?workarounds?\b",
            r"\b(consider|assume) (that )?(their|your|the|any|all) (\S+ ){0,4}(compromised|leaked|exposed)\b",
            r"\ban attacker (could|can|may|might|who)\b",
            r"\b(remote|unauthenticated|local) attackers? (could|can|may|to)\b",
            r"\b(malicious|rogue) (server|client|page|file|user) (could|can|may|might)\b",
            r"\b(allows?|allowed|lets?|could allow) (an? |remote |unauthenticated |local |any )*({attacker}|guest) to \w+",
            r"\bfixed (builds|versions|releases) are available\b",
            r"\b(patched|fixed) in (version )?v?\d+\.\d",
            r"\b(all )?versions (up to|prior to|before|from|through|earlier than) v?\d[\d.]*\S* [^.]*\b(affected|vulnerable)\b",
            r"\baffected( versions)?:? v?\d",
            r"\bcompromised (action|package|version|release|maintainer|account|dependency)\b.*\b(printed|stole|published|secrets|tokens|credentials|installs?)\b",
            r"\b(steals|stole|exfiltrates) (tokens|credentials|secrets|keys)\b",
            r"\b(newest|latest) release deletes\b",
        ],
    )
    .unless(&[
        r"^[^.]*\b(how|why|what|lessons|guide|anatomy|study|history|explained|explain|introduc\w+|analysis|deep[- ]dive|inside|walk-?through|tutorial|we|our|{postmortem}|survey|opinion|policy|retrospective|webinar|101|checklist|practices?|course|reverse engineering|notes|bounty|sandbox(es|ing)?|hunting|writing|building|threat model\w*)\b[^.]*$",
        r"\?$",
    ]),
];
