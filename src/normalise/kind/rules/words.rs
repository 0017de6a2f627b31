//! What many patterns speak of, by the name that they use for it in braces.

/// Each stands for one group. One may name those after it.
pub(in super::super) const NAMED: &[(&str, &str)] = &[
    // Who pays, and for what.
    ("{price}", r"(?:[$]\d[\d,.]*)"),
    ("{percent}", r"(?:\d{1,2} ?(?:%|percent|per cent|prozent))"),
    (
        "{advert}",
        r"(?:advertisement|advertorial|anzeige|werbung|gesponsert|sponsorise|publicite|publi-?reportage|publi-?redactionnel|publirreportaje|patrocinado|publicidad|sponsorizzato)",
    ),
    ("{paid}", r"(?:paid|partner(?:ship)?|sponsored|promoted|promotional|brand(?:ed)?)"),
    ("{piece}", r"(?:post|content|article|story|feature|message|guide|tutorial|entry|promotion|collaboration)"),
    ("{patron}", r"(?:(?:\w+ )?(?:sponsors?|partners?|advertisers?|friends))"),
    ("{bargain}", r"(?:deals?|offers?|discounts?|bargains?|sales?|savings)"),
    (
        "{wares}",
        r"(?:laptops?|phones?|tvs?|headphones?|earbuds|ssds?|tech|gadgets?|monitors?|tablets?|keyboards?|vpns?|hosting|software|courses|books)",
    ),
    // What one person is employed as; and of these what stands for a job wherever a title names it alone.
    (
        "{post}",
        r"(?:{engineer}|dev|scientist|designer|consultant|(?:security|it|operations|data|account|success|incident) manager|(?:product|data|research) lead|developer (?:evangelist|relations)|technical author|ux writer|professor|technician|specialist|trainee|cto|tester|researcher|co-?founder|apprentice|intern|(?:working|phd) student|entwickler(?:in)?|ingenieur(?:e|in)?|developpeu(?:r|se)|desarrollador(?:a)?|programador(?:a)?)",
    ),
    (
        "{engineer}",
        r"(?:engineer|developer|programmer|architect|data scientist|analyst|administrator|sysadmin|sre|(?:engineering|product|program(?:me)?|project|delivery|release|community) manager|(?:team|tech|engineering|security|platform|qa) lead|developer advocate|technical writer|post-?doc|lecturer|(?:head|director|vp) of \w+|chief \w+ officer|werkstudent(?:in)?|\w+entwickler(?:in)?)",
    ),
    (
        "{rank}",
        r"(?:senior|sr\.?|junior|jr\.?|mid-level|lead|staff|principal|founding|graduate|freelance|remote|chief)",
    ),
    ("{wage}", r"(?:[$]\d{2,3}(?:k|[.,]?000))"),
    (
        "{terms}",
        r"(?:(?:fully |100% |permanent )?remote|hybrid|on-?site|in-office|full[- ]?time|part[- ]?time|contract|freelance|permanent|fixed[- ]term|temporary|maternity cover|day rate|vollzeit|teilzeit|homeoffice|cdi|cdd|teletrabajo|teletravail|remoto)",
    ),
    // What is said of little else than a post, and what a job ad says of it: one of each make an ad.
    (
        "{offer}",
        r"(?:salary|full[- ]time|part[- ]time|\w+[- ](?:month|year) contract|open (?:roles?|positions?)|roles? open|vacanc(?:y|ies)|your cv|a cv|(?:hours|days) a week|relocation|start(?:ing)? date|[$]\d{2,3}(?:k|[.,]\d{3})|per (?:year|annum))",
    ),
    ("{perk}", r"(?:remote|hybrid|permanent|openings?|apply|applications?|deadline|benefits|visa|equity|pension)"),
    (
        "{training}",
        r"(?:internships?|apprenticeships?|traineeships?|residenc(?:y|ies)|fellowships?|(?:graduate|trainee|internship) (?:scheme|program(?:me)?)|(?:phd|doctoral|post-?doc) positions?)",
    ),
    ("{stelle}", r"(?:stellen(?:angebote?|anzeigen?|ausschreibung|markt)|jobangebote?)"),
    // Days.
    ("{day}", r"(?:(?:the )?\d{1,2}(?:st|nd|rd|th)?(?: of)? {month}|{month}|20\d\d)"),
    (
        "{month}",
        r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)",
    ),
    ("{weekday}", r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day)"),
    ("{few}", r"(?:\d[\d,]*|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|half an?|several|a few)"),
    // With what a list begins.
    (
        "{count}",
        r"(?:(?:the|my|our|these|here are) )?(?:top )?(?:\d{1,3}\+?|five|six|seven|eight|nine|ten|twelve|fifteen|twenty)",
    ),
    // A number of a version that has parts, and what numbers its versions without a point.
    ("{version}", r"(?:v?\d+(?:\.\d+)+)"),
    (
        "{product}",
        r"(?:firefox|thunderbird|chrome|chromium|safari|android|ios|ipados|macos|watchos|java|jdk|openjdk|angular|next\.js|react|vue|nuxt|node(?:\.js)?|fedora|debian|ubuntu|postgres(?:ql)?|mysql|php|vite|vitest|laravel|symfony|svelte|sveltekit|astro|tailwind(?: css)?|spring boot|gitlab|flutter|bootstrap|electron|llvm|clang|gcc|gnome|(?:kde )?plasma|nextcloud|ansible|storybook|eslint|typescript|swift|kotlin|(?:ruby on )?rails|django|redis|valkey|kafka|grafana|jenkins|opensearch|elasticsearch|\.net)",
    ),
    // Holes: what they are called, their sorts, who uses them, where they are put on purpose.
    ("{hole}", r"(?:vulnerabilit(?:y|ies)|flaws?|bugs?|holes?|security (?:bugs?|holes?|issues?))"),
    (
        "{flaw}",
        r"(?:(?:sql|command|code|prompt|template|header|html|path|crlf|xml|ldap|object|argument|log) injection|request smuggling|(?:path|directory) traversal|xss|cross-site scripting|csrf|ssrf|xxe|rce|(?:remote |arbitrary )?(?:code|command) execution|(?:heap |stack )?(?:buffer|heap|integer)[- ](?:based )?(?:buffer )?(?:overflow|overread|over-read|underflow)|out-of-bounds (?:read|write)|use-after-free|double[- ]free|type confusion|(?:auth|authentication|authori[sz]ation|login|mfa|2fa|two-factor|saml|sso|sandbox|access|access control|signature|security|proxy)[- ]bypass|(?:local )?privilege escalation|(?:sandbox|container|vm|guest|jail|hypervisor) (?:escape|breakout)|(?:unsafe|insecure) deseriali[sz]ation|prototype pollution|open redirect|cache poisoning|session (?:hijacking|fixation)|memory (?:corruption|disclosure)|information disclosure|hard-?coded (?:credentials|passwords?|keys?)|denial[- ]of[- ]service|account takeover|credential leak|(?:stack|memory) exhaustion|symlink following|(?:unauthenticated|arbitrary)(?: file)? (?:read|write|access|upload|deletion))",
    ),
    ("{attacker}", r"(?:hackers?|attackers?|threat actors?|cybercriminals|crooks|spies|gangs?)"),
    (
        "{package}",
        r"(?:packages?|extensions?|plugins?|librar(?:y|ies)|crates?|gems?|modules?|dependenc(?:y|ies)|github actions?|installers?|(?:docker|container) images?|mcp servers?|repos(?:itories)?|themes?|skills?)",
    ),
    (
        "{registry}",
        r"(?:npm|pypi|crates\.io|rubygems|packagist|nuget|docker hub|vs ?code|github actions?|maven|hugging face|wordpress|the aur)",
    ),
    // Failures.
    (
        "{postmortem}",
        r"(?:post-?mortem|post-incident (?:review|report)|incident (?:report|summary|review|retrospective)|root cause analysis|rca|outage report)",
    ),
    ("{outage}", r"(?:outages?|incident|downtime|disruption|degradation)"),
    (
        "{vitals}",
        r"(?:production|prod|database|db|cluster|tables?|(?:customer |user )?data|customers?|backups?|site|dns|cdn|users?|records|api|log-?ins?|deploys?|builds?|checkout|payments?|everything)",
    ),
    // What is written about such things in general, not of one that happened.
    (
        "{about}",
        r"(?:\b(?:how to|guides?|checklists?|(?:incident|report|post-?mortem|response) templates?|lessons|culture|practices?|our policy|policies|our process|strateg(?:y|ies)|stud(?:y|ies)|surveys?|an analysis of|analysis of \d|evidence|measuring|benchmark\w*|opinion|history|myths?|primer|101|newcomers|beginners|taxonomy|trends?|statistics|census|effects of|teach(?:es|ing)?|taught|tooling|rules for|notes from|kindly)\b)",
    ),
    // A study of something, not word of it.
    (
        "{study}",
        r"(?:^how\b|\bhow (?:we|i|to|our|my|do|does|not)\b|anatomy|deep[- ]dive|under the hood|\binside\b|lessons|write-?up|^exploiting|story of|analysis|history of|explain|\bfinding\b|\bwhy\b|\bguide\b|\bstudy\b|\bintroduc)",
    ),
];
