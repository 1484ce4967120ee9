# Asks Mail::SPF: one case a line on standard input (address, MAIL FROM, HELO, by tabs), its result a line on standard output.
use strict;
use warnings;
use Mail::SPF;
use Net::DNS;

my ($server, $port, $voids) = @ARGV;
my $resolver = Net::DNS::Resolver->new(nameservers => [$server], port => $port, recurse => 1);
my $judge = Mail::SPF::Server->new(dns_resolver => $resolver, max_void_dns_lookups => $voids);
$| = 1;
while (my $line = <STDIN>) {
    chomp $line;
    my ($address, $mail_from, $helo) = split /\t/, $line;
    my $result = eval {
        my $request = Mail::SPF::Request->new(
            scope => 'mfrom', identity => $mail_from, ip_address => $address, helo_identity => $helo);
        $judge->process($request)->code;
    };
    print $result // 'died', "\n";
}
