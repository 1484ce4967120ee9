// The commented start that `mailworthy config init` writes: safe as it stands, and valid once the files it names exist.

/** The text of a first mailworthy.yaml. */
export const STARTER = `# The configuration of the mailworthy relay. Paths are relative to this file.
# \`mailworthy config check\` says what it does, or what is wrong with it; docs/configuration.md tells every setting.

# The name of this host: as it greets, and as its PTR record and its certificate should say.
hostname: mail.example.org

# Name servers to ask; without this line, those of the system.
# resolver: ["127.0.0.1:53"]

# What the world sees. Connections leave only from here. Behind NAT, seenAs is the outer address and source the own one.
egress:
  - name: main
    seenAs: [192.0.2.10]
    # source: 10.0.0.5

# The domains that mail may be sent from, and the keys that sign for them. To make a key and see the record to publish:
#   mailworthy keys create --domain example.org --selector s1
domains:
  - name: example.org
    dkim:
      - { selector: s1, key: "file:keys/example.org.s1.pem" }

# Where mail is taken. To listen to old devices without TLS, add one:
#   - { name: printers, bind: ["10.0.0.5:25"], tls: none }
listeners:
  - name: submission
    bind: ["0.0.0.0:587", "[::]:587"]
    tls: required
    certificate: file:tls/cert.pem
    key: file:tls/key.pem
    auth: [plain, login]

# Who may submit, and as whom. What matches no client may relay nothing. The most specific match wins.
clients:
  - name: this-host
    match: { ips: [127.0.0.1, "::1"] }
    senders: ["*@example.org"]
  # A user; \`mailworthy clients password\` makes the text.
  # - name: erp
  #   match: { user: erp }
  #   password: "scrypt:..."
  #   senders: ["*@example.org"]

# Where mail goes: to the MX hosts of every domain. Through a smart host instead:
#   - { name: cloud, match: ["*"], via: ["smtp.example.net:587"], auth: { user: erp, password: "file:smarthost.password" } }
routes:
  - { name: internet, match: ["*"], via: mx }

# What happens to mail that would fail at its receivers. A start in observe: all is let through, and what would have
# been refused is logged. After a week without such lines, change it to hold or reject.
gate:
  mode: observe

# When a deferred message is tried again: exchange, postfix, or steps of your own.
retry: exchange

log: { level: info, format: text }
`
