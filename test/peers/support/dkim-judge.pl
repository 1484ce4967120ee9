# Asks Mail::DKIM: the file of key records, then messages as arguments; a line for each signature: file, selector, result, by tabs.
use strict;
use warnings;
use Mail::DKIM::Verifier;
use Mail::DKIM::DNS;
use Net::DNS;

my $records = shift @ARGV;
my %text;
open my $lines, '<', $records or die "$records: $!";
while (<$lines>) { chomp; my ($name, $value) = split / /, $_, 2; $text{$name} = $value }

no warnings 'redefine';
*Mail::DKIM::DNS::query = sub {
    my $name = lc $_[0];
    return unless defined $text{$name};
    return Net::DNS::RR->new(name => $name, type => 'TXT', txtdata => [$text{$name} =~ /.{1,255}/g]);
};

for my $path (@ARGV) {
    open my $file, '<:raw', $path or die "$path: $!";
    my $judge = Mail::DKIM::Verifier->new;
    local $/;
    $judge->PRINT(<$file>);
    $judge->CLOSE;
    for my $signature ($judge->signatures) {
        my $result = $signature->result // 'none';
        $result = $signature->result_detail // $result if $result ne 'pass';
        print join("\t", $path, $signature->selector // '', $result), "\n";
    }
}
