/**
 * Words so frequent that a phrase with them is slow: every twentieth word of an English volume is `the`. They are
 * joined with their neighbours (`commonGrams`), so that such a phrase is looked up by its rarer pairs. As folding leaves
 * them: no capitals, accents or final sigma, `й` is `и`. Neither digits nor single Latin letters are here, frequent as
 * they are, nor any word of a script written without blanks: they stand beside such letters without a blank (12月, A級),
 * and joined with them they would not be found by every phrase that holds them.
 */
const byLanguage: Readonly<Record<string, string>> = {
  english: `
    about above after again against all also always among an and another any are as at be because been before being
    between both but by can could did do does down during each either even ever every few first for from good great had
    has have having he her here him himself his how however if in into is it its itself just last less like made make
    man many may me men might more most mr much must my never new no nor not now of off old on one only or other our out
    over own part same see shall she should since so some still such than that the their them then there these they
    this those though three through thus time to too two under until up upon us very was way we well were what when
    where whether which while who whom whose why will with within without would year years yet you your`,
  german: `
    aber alle allen als also am an auch auf aus bei beim bis da dann das dass dem den denn der des die dies diese
    diesem diesen dieser dieses doch du durch ein eine einem einen einer eines er es etwa fur gegen haben hat hatte hier
    ich ihm ihn ihr ihre ihrer im in indem ist jede jeder jetzt kann kein keine man mehr mit muss nach nicht nichts noch
    nun nur ob oder ohne schon sehr sein seine seinem seinen seiner selbst sich sie sind so uber um und uns unter viel
    vom von vor war waren was weil welche welcher wenn werden wie wieder wir wird wo wurde zu zum zur zwischen`,
  french: `
    ai ainsi au aussi autre autres aux avait avec avoir c'est car ce cela celle celui ces cet cette ceux chez comme d'un
    d'une dans de depuis des deux dont du elle elles en encore entre est et etait ete etre eut fait faut fut il ils je
    l'on la le les leur leurs lui ma mais me meme moins mon ne nos notre nous on ont ou par pas peu peut plus point pour
    qu'il qu'on quand que quel quelque quelques qui sa sans se sera ses si son sont sous sur tout toute toutes tous tres
    un une vers vous`,
  spanish: `
    al algo ante antes asi aunque bien cada como con contra cual cuando de del desde donde dos el ella ellos en entre era
    eran es esa ese eso esta este esto estos fue fueron ha habia hasta hay la las le les lo los mas me mi mismo mucho muy
    ni no nos otra otras otro otros para pero poco por porque pues que quien se segun ser si sido sin sobre son su sus
    tal tambien tan tanto tiene toda todas todo todos tu un una uno unos ya yo`,
  italian: `
    agli ai al alla alle allo altra altri altro anche ancora che chi ci come con contro cosi cui da dagli dai dal dalla
    dalle degli dei del dell della delle dello di dopo due ed essere fra fu furono gia gli ha hanno il io la le lo loro
    lui ma me mi mio molto ne negli nei nel nella nelle nello noi non nostro ogni ora per perche piu poi prima puo quale
    quali quando quanto quella quello quelli questa queste questi questo se sempre senza si sia sono sopra sua sue sugli
    sul sulla suo suoi tra tutta tutti tutto un una uno vi`,
  portuguese: `
    ao aos as com como da das de do dos ela ele eles em entre essa esse esta estas este estes foi foram isso isto ja lhe
    mais mas mesmo muito na nao nas nem no nos ou os para pela pelas pelo pelos por quando que quem se sem ser seu seus
    sob sobre sua suas tambem tem um uma`,
  dutch: `
    aan al als bij dan dat de deze die dit door een en er geen haar had heb hebben heeft het hij hun ik in is kan maar
    men met mijn naar niet nog nu of om onder ook op over te tot uit van veel voor was wat werd wij worden wordt zal ze
    zich zij zijn zo zoo zou`,
  latin: `
    ab ac ad aut autem cum de ego enim ergo esse est et etiam ex haec hic hoc iam id igitur ille in inter ipse ita nam ne
    nec neque nihil nisi non nos nunc ob per post pro qua quae quam quem qui quia quibus quid quidem quo quod quoque se
    sed si sibi sic sicut sine sit sub sunt super tamen tibi tu tum uel uero ut uel vel vero`,
  scandinavian: `
    af alle at att aven da de deg dem den denne der deras det detta dette dig din du eller en er et ett fick for fra fran
    ha hade hadde han hans har havde henne her hon hos hun hur hvis hvor icke ikke ingen inte jag jeg kan kom kunde man
    med meg mellem men mig min mot nar noget nu och og om op over pa paa sa sag sig sin sina sitt skulle som til till
    under ut utan var ved vi vid vil ville vilka vore`,
  polish: `
    ale bez bo byc byl byla bylo co czy dla do go ich im jak jako jego jej jest jeszcze juz kto ktora ktore ktory ku lub
    ma mi mu na nad nie nim od on oraz po pod przed przez przy sa sie sobie sposob sa ta tak tam tego tej ten to tu tylko
    tym we wie za ze`,
  russian: `
    а без более бы был была были было быть в вам вас во все всего всех вы где да даже для до его ее если есть еще же за и
    из или им иногда их к как когда которые которыи кто ли лишь между меня мне может мы на над надо нас не него нее нет
    ни них но ну о об однако он она они от по под после при с сам свои себя со так также такои там тем то того тоже
    только том тот тут ты у уже хотя чего чеи чем что чтобы эта эти это этого этои этом этот я въ къ отъ изъ съ`,
  greek: `
    ο η το οι τα του τησ των τον την τουσ τισ και να με σε απο για δια δεν μη μην που πωσ ωσ αν αλλα εν εισ εκ εξ επι
    κατα μετα περι προσ υπο υπερ παρα τε δε γαρ μεν ουν ειναι ηταν ουκ ουδε αυτου αυτον αυτησ αυτων τω τη τοισ`,
  arabic: `
    في من علي الي ان ما لا لم هذا هذه ذلك التي الذي عن مع كان كانت قد ثم او و هو هي كل بعد قبل بين حتي عند له به
    فيه منه عليه وقد ولا وما`,
  hebrew: `
    של את על לא כי הוא היא אל אשר עם זה אם כל גם או אך יש אין הם כן מן עד רק מה אני אנו זו לו לה בו בה ולא`,
}

/** The words, each once, sorted. */
export const commonWords: readonly string[] = [
  ...new Set(Object.values(byLanguage).flatMap((words) => words.trim().split(/\s+/))),
].sort()
